/**
 * sift-kernel.c said again in plain TypeScript: where WebAssembly SIMD is missing, for planes elsewhere, and to test against.
 * A vote is shared by two neighbouring bins; each bin is a pair: what it got itself, and what it passed on to the next one.
 */

import type { Plane } from '../../tensor/index.ts'

/** atan(c) in degrees for c in [0, 1] is c (p0 + p1 c^2 + … + p5 c^10). */
export type Arctangent = readonly [number, number, number, number, number, number]

/** Samples left … right, top … bottom of a level, all inside its outermost rows and columns, and their weights. */
export interface Window {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly along: Float64Array
  readonly down: Float64Array
  readonly arctangent: Arctangent
}

/** How a descriptor's cells lie: around (x, y), turned by `angle`; cos and sin are that angle's by the cell's size. */
export interface Grid {
  readonly x: number
  readonly y: number
  readonly angle: number
  readonly cos: number
  readonly sin: number
  readonly grid: number
  readonly bins: number
}

/** Room for a line of samples, kept between calls: each keypoint would need fresh memory otherwise. */
const lineOf = (room: number) => ({ lengths: new Float64Array(room), directions: new Float64Array(room) })
let kept = lineOf(256)

/** Lengths and directions of gradients, valid until the next call. */
function line(count: number) {
  if (count > kept.lengths.length) kept = lineOf(2 * count)
  return kept
}

/**
 * Length and direction of the gradient (central differences, not halved) at the `count` samples from index `at` on, all of
 * them inside the plane's outermost rows and columns. Directions in degrees, 0 … 360, from +x towards +y.
 */
function gradients({ width, data }: Plane, at: number, count: number, [p0, p1, p2, p3, p4, p5]: Arctangent) {
  const found = line(count)
  const { lengths, directions } = found
  for (let i = 0; i < count; i++) {
    const dx = (data[at + i + 1] as number) - (data[at + i - 1] as number)
    const dy = (data[at + i + width] as number) - (data[at + i - width] as number)
    const ax = Math.abs(dx)
    const ay = Math.abs(dy)
    const c = Math.min(ax, ay) / (Math.max(ax, ay) + 2.220446049250313e-16)
    const s = c * c
    let a = (((((p5 * s + p4) * s + p3) * s + p2) * s + p1) * s + p0) * c
    if (ay > ax) a = 90 - a
    if (dx < 0) a = 180 - a
    if (dy < 0) a = 360 - a
    lengths[i] = Math.sqrt(dx * dx + dy * dy)
    directions[i] = a
  }
  return found
}

/** Pairs of `bins` + 1 bins, the last of them bin 0 again; votes shared between two bins, or given to the nearest. */
export function directions(level: Plane, window: Window, bins: number, share: boolean): Float64Array {
  const { left, right, top, bottom, along, down, arctangent } = window
  const count = right - left + 1
  const pairs = new Float64Array(2 * (bins + 1))
  for (let r = top; r <= bottom; r++) {
    const { lengths, directions } = gradients(level, r * level.width + left, count, arctangent)
    for (let i = 0; i < count; i++) {
      const vote = (lengths[i] as number) * (down[r - top] as number) * (along[i] as number)
      const place = ((directions[i] as number) * bins) / 360
      const first = Math.floor(share ? place : place + 0.5)
      put(pairs, 2 * first, vote, share ? place - first : 0)
    }
  }
  return pairs
}

/** Pairs of the bins of a descriptor's cells, with a margin of one cell on each side, so that no vote needs a test. */
export function cells(level: Plane, window: Window, { x, y, angle, cos, sin, grid, bins }: Grid): Float64Array {
  const { left, right, top, bottom, along, down, arctangent } = window
  const cellStep = 2 * bins
  const rowStep = (grid + 2) * cellStep
  const pairs = new Float64Array((grid + 2) * rowStep)
  const half = (grid + 1) / 2
  for (let r = top; r <= bottom; r++) {
    const fy = r - y
    // The columns where this row crosses the turned square, a pixel wider on either side.
    const [a, b] = crossing(cos, fy * sin, half)
    const [c, d] = crossing(-sin, fy * cos, half)
    const first = Math.max(left, Math.floor(x + Math.max(a, c)))
    const last = Math.min(right, Math.ceil(x + Math.min(b, d)))
    const { lengths, directions } = gradients(level, r * level.width + first, last - first + 1, arctangent)
    for (let i = 0; i <= last - first; i++) {
      const fx = first + i - x
      const across = fx * cos + fy * sin + half
      const below = fy * cos - fx * sin + half
      if (!(across > 0 && across < grid + 1 && below > 0 && below < grid + 1)) continue
      const vote = (lengths[i] as number) * (down[r - top] as number) * (along[first + i - left] as number)
      let turn = ((angle - (directions[i] as number)) * bins) / 360
      if (turn < 0) turn += bins
      if (turn >= bins) turn -= bins
      const c0 = across | 0
      const r0 = below | 0
      const t0 = turn | 0
      const to = r0 * rowStep + c0 * cellStep + 2 * t0
      const ft = turn - t0
      const lower = vote * (below - r0)
      const upper = vote - lower
      const upperRight = upper * (across - c0)
      const lowerRight = lower * (across - c0)
      put(pairs, to, upper - upperRight, ft)
      put(pairs, to + cellStep, upperRight, ft)
      put(pairs, to + rowStep, lower - lowerRight, ft)
      put(pairs, to + rowStep + cellStep, lowerRight, ft)
    }
  }
  return pairs
}

/** `share` of a vote for the next bin. */
function put(pairs: Float64Array, at: number, vote: number, share: number): void {
  const rest = vote * share
  pairs[at] = (pairs[at] as number) + (vote - rest)
  pairs[at + 1] = (pairs[at + 1] as number) + rest
}

/** The x between which |slope x + offset| < half. */
function crossing(slope: number, offset: number, half: number): readonly [number, number] {
  if (Math.abs(slope) < 1e-9) return [-1e9, 1e9]
  const middle = -offset / slope
  const reach = Math.abs(half / slope)
  return [middle - reach, middle + reach]
}
