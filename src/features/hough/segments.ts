/**
 * Line segments by the progressive probabilistic Hough transform: edge pixels vote in random order; as soon as a cell
 * has enough votes, the line is walked from that pixel in both directions, and its pixels are taken out of the vote.
 * Reference: J. Matas, C. Galambos, J. Kittler, "Robust detection of lines using the progressive probabilistic Hough
 * transform", CVIU 78(1), 2000. With `draw: 'opencv'` the list is OpenCV's `HoughLinesP` (4.6); the default draws from
 * Fovea's own seeded generator.
 */

import { FoveaError } from '../../error/index.ts'
import { random } from '../../tensor/index.ts'
import { roundEven } from '../round-even.ts'
import { checkEdges, type EdgeMap } from './edge-map.ts'
import { type Accumulator, type LineTable, lineTable } from './lines.ts'

export interface SegmentOptions {
  readonly rho: number
  readonly theta: number
  /** a line is walked when a cell reaches this many votes */
  readonly threshold: number
  /** shortest segment, in pixels along its longer axis */
  readonly length: number
  /** longest run of missing pixels inside a segment */
  readonly gap: number
  readonly most: number
  readonly draw: 'fovea' | 'opencv'
  readonly seed: number
}

export const segmentDefaults: SegmentOptions = {
  rho: 1,
  theta: Math.PI / 180,
  threshold: 80,
  length: 30,
  gap: 5,
  most: Number.POSITIVE_INFINITY,
  draw: 'fovea',
  seed: 1,
}

/** From one end to the other, pixel positions. */
export interface Segment {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

export interface Segments {
  readonly segments: readonly Segment[]
  /** what is left of the votes at the end */
  readonly accumulator: Accumulator
  /** what the search cost; the standard transform casts one vote per edge pixel and angle */
  readonly counts: {
    readonly edges: number
    readonly votes: number
    readonly withdrawn: number
    readonly walks: number
    readonly steps: number
  }
}

interface Search extends EdgeMap {
  readonly mask: Uint8Array
  readonly accumulator: Accumulator
  readonly options: SegmentOptions
  readonly counts: { edges: number; votes: number; withdrawn: number; walks: number; steps: number }
}

/** @throws FoveaError FOVEA_USAGE (options), FOVEA_SHAPE, FOVEA_IMAGE_TOO_LARGE */
export function houghLinesProbabilistic(edges: EdgeMap, options: Partial<SegmentOptions> = {}): Segments {
  const all = { ...segmentDefaults, ...options }
  if (!(all.threshold >= 1 && all.length >= 0 && all.gap >= 0))
    throw new FoveaError(
      'FOVEA_USAGE',
      `Segments need a threshold from 1 up, length and gap from 0 up, not ${all.threshold}, ${all.length}, ${all.gap}.`,
    )
  const counts = { edges: checkEdges(edges, 'houghLinesProbabilistic'), votes: 0, withdrawn: 0, walks: 0, steps: 0 }
  const table = exactAngles(lineTable(edges, { ...all, from: 0, to: Math.PI }), all)
  const accumulator = { ...table, votes: new Int32Array(table.angles * table.distances) }
  const search: Search = { ...edges, mask: edges.data.slice(), accumulator, options: all, counts }
  const points = new Int32Array(counts.edges)
  for (let i = 0, k = 0; i < edges.data.length; i++) if (edges.data[i]) points[k++] = i
  const segments: Segment[] = []
  const next = all.draw === 'opencv' ? multiplyWithCarry() : drawOf(all.seed)
  for (let count = points.length; count > 0 && segments.length < all.most; count--) {
    const pick = next(count)
    const point = points[pick] as number
    points[pick] = points[count - 1] as number
    if (!search.mask[point]) continue
    const angle = castVotes(search, point)
    if (angle < 0) continue
    const segment = walk(search, point, angle)
    if (segment) segments.push(segment)
  }
  return { segments, accumulator, counts }
}

/** Here OpenCV multiplies the angle's number instead of summing steps. */
function exactAngles(table: LineTable, { rho, theta }: SegmentOptions): LineTable {
  const inverse = Math.fround(1 / Math.fround(rho))
  const step = Math.fround(theta)
  for (let n = 0; n < table.angles; n++) {
    table.cosines[n] = Math.cos(n * step) * inverse
    table.sines[n] = Math.sin(n * step) * inverse
  }
  return table
}

function drawOf(seed: number): (count: number) => number {
  const source = random(seed)
  let index = 0
  return (count) => Math.floor(source.uniform(index++) * count)
}

/** OpenCV's generator in the state that HoughLinesP gives it: state = low * 4164903690 + high, all bits set at first. */
function multiplyWithCarry(): (count: number) => number {
  let low = 0xffffffff
  let high = 0xffffffff
  return (count) => {
    const lowest = (low & 0xffff) * 4164903690
    const middle = (low >>> 16) * 4164903690
    // both products stay below 2^48: their sum is split at 32 bits without loss
    const tail = lowest + (middle % 65536) * 65536
    const sum = (tail % 4294967296) + high
    high = Math.floor(middle / 65536) + Math.floor(tail / 4294967296) + Math.floor(sum / 4294967296)
    low = sum % 4294967296
    return low % count
  }
}

/** Votes for all lines through the point. @returns the best angle when its cell has reached the threshold, else -1 */
function castVotes({ width, accumulator, options, counts }: Search, point: number): number {
  const { angles, distances, votes, cosines, sines, zero } = accumulator
  const x = point % width
  const y = (point - x) / width
  let most = options.threshold - 1
  let best = -1
  for (let n = 0; n < angles; n++) {
    const rho = Math.fround(Math.fround(x * (cosines[n] as number)) + Math.fround(y * (sines[n] as number)))
    const cell = n * distances + zero + roundEven(rho)
    const value = (votes[cell] as number) + 1
    votes[cell] = value
    if (value <= most) continue
    most = value
    best = n
  }
  counts.votes += angles
  return best
}

function withdrawVotes({ accumulator, counts }: Search, x: number, y: number): void {
  const { angles, distances, votes, cosines, sines, zero } = accumulator
  for (let n = 0; n < angles; n++) {
    const rho = Math.fround(Math.fround(x * (cosines[n] as number)) + Math.fround(y * (sines[n] as number)))
    const cell = n * distances + zero + roundEven(rho)
    votes[cell] = (votes[cell] as number) - 1
  }
  counts.withdrawn += angles
}

const one = 1 << 16

/** The step along the line: one pixel on its longer axis, a 16-bit fraction on the other. */
function strideOf({ accumulator }: Search, angle: number) {
  const a = -(accumulator.sines[angle] as number)
  const b = accumulator.cosines[angle] as number
  const flat = Math.abs(a) > Math.abs(b)
  return flat
    ? { flat, dx: a > 0 ? 1 : -1, dy: roundEven(Math.fround(Math.fround(b * one) / Math.abs(a))) }
    : { flat, dx: roundEven(Math.fround(Math.fround(a * one) / Math.abs(b))), dy: b > 0 ? 1 : -1 }
}

/** Walks both ways as far as the gaps allow, takes the pixels out and returns the segment if it is long enough. */
function walk(search: Search, point: number, angle: number): Segment | null {
  const { width, height, mask, options, counts } = search
  const { flat, dx, dy } = strideOf(search, angle)
  const px = point % width
  const py = (point - px) / width
  const x0 = flat ? px : px * one + one / 2
  const y0 = flat ? py * one + one / 2 : py
  const column = (x: number) => (flat ? x : x >> 16)
  const row = (y: number) => (flat ? y >> 16 : y)
  const ends = [1, -1].map((way) => {
    let end = point
    let gap = 0
    for (let x = x0, y = y0; ; x += way * dx, y += way * dy) {
      const i = column(x)
      const j = row(y)
      if (i < 0 || i >= width || j < 0 || j >= height) return end
      counts.steps++
      if (mask[j * width + i]) {
        gap = 0
        end = j * width + i
      } else if (++gap > options.gap) return end
    }
  }) as [number, number]
  const [ax, bx] = ends.map((end) => end % width) as [number, number]
  const [ay, by] = ends.map((end) => Math.floor(end / width)) as [number, number]
  const good = Math.abs(bx - ax) >= options.length || Math.abs(by - ay) >= options.length
  for (const [k, way] of [1, -1].entries())
    for (let x = x0, y = y0; ; x += way * dx, y += way * dy) {
      const at = row(y) * width + column(x)
      if (mask[at] && good) withdrawVotes(search, column(x), row(y))
      mask[at] = 0
      if (at === ends[k]) break
    }
  counts.walks++
  return good ? { x0: ax, y0: ay, x1: bx, y1: by } : null
}
