/**
 * The inner loops of scale space, SIFT, matching, HOG and Hough lines: WebAssembly SIMD where the machine has it, else the same loops in
 * TypeScript. Both give the same bits; `engine` chooses one by name (for tests and benchmarks).
 */

import type { Plane } from '../../tensor/index.ts'
import { bestEngine, type Engine } from './engine.ts'
import { simdNearest, simdPlanes } from './kernel-simd.ts'
import * as twin from './kernel-twin.ts'
import type { SiftLoops } from './sift-loops.ts'
import * as siftTwin from './sift-twin.ts'

export { bestEngine, type Engine } from './engine.ts'
export { type HogLoops, openHogLoops } from './hog-loops.ts'
export { lanesOf, type Votes } from './hog-twin.ts'
export { voteForLines } from './hough-loops.ts'
export type { EdgePixels, LineCells } from './hough-twin.ts'
export { type Doubling, type Rows, reflect } from './kernel-twin.ts'
export type { SiftLoops } from './sift-loops.ts'
export type { Arctangent, Window } from './sift-twin.ts'
export * as siftTwin from './sift-twin.ts'

/** Planes that live together (on wasm-simd in one memory: never transfer one to another thread) and loops over them. */
export interface Planes extends SiftLoops {
  readonly engine: Engine
  /** Lends the memory to others: no plane of it may be touched any more. */
  close(): void
  /** Not zeroed. */
  plane(width: number, height: number): Plane
  /** to = from * kernel; `kernel` is the half from the centre on, at most 256 weights; difference = to - from. */
  blur(from: Plane, to: Plane, difference: Plane | null, kernel: Float32Array): void
  /** to = from at twice the size. */
  enlarge(from: Plane, to: Plane, doubling: twin.Doubling): void
  /** Indices of `at`'s pixels beyond ±threshold that are extreme among their 26 neighbours. border >= 1. */
  extrema(below: Plane, at: Plane, above: Plane, border: number, threshold: number): Int32Array
}

/** @param sizes every plane that will be asked for; @param radius the largest blur's */
export function openPlanes(
  sizes: readonly { readonly width: number; readonly height: number }[],
  radius: number,
  engine: Engine = bestEngine(),
): Planes {
  const plane = (width: number, height: number): Plane => ({ width, height, data: new Float32Array(width * height) })
  if (engine === 'typescript')
    return { engine, close() {}, plane, ...siftTwin, blur: twin.blur, enlarge: twin.enlarge, extrema: twin.extrema }
  const widest = sizes.reduce((most, { width }) => Math.max(most, width), 1)
  const scratch = Math.max((2 * radius + 2) * widest + 2 * radius, 5 * widest + 8)
  const floats = sizes.reduce((sum, { width, height }) => sum + width * height, 0)
  const side = sizes.reduce((most, { width, height }) => Math.max(most, width, height), 1)
  const simd = simdPlanes(floats, sizes.length, scratch, side)
  return { engine, ...simd, extrema: (...at) => simd.extrema(...at) ?? twin.extrema(...at) }
}

/** See kernel-twin.ts; both sides need the same `dim`, a multiple of 8. */
export function nearest(
  query: twin.Rows,
  rows: twin.Rows,
  groups: Int32Array,
  engine: Engine = bestEngine(),
): Int32Array {
  return engine === 'wasm-simd' ? simdNearest(query, rows, groups) : twin.nearest(query, rows, groups)
}
