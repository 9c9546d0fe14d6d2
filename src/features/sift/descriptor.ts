/**
 * The descriptor of a keypoint: grid x grid histograms of `bins` gradient directions in a window turned and scaled with
 * the keypoint (Lowe 2004, section 6). A cell is 3 sigma wide, the window reaches half a cell beyond the grid; each gradient is weighted by exp(-r^2 / 2 (grid/2)^2), r in
 * cells, and shared trilinearly; the vector is normalised, cut at 0.2, normalised again and stored as 512 times that.
 */

import type { Plane } from '../../tensor/index.ts'
import { roundEven } from '../scale-space/index.ts'
import { type Arctangent, gradients, line } from './gradient.ts'
import { gaussians } from './orientation.ts'

export interface DescriptorOptions {
  /** Cells along a side: 4 (default), or 2 for a picture of the idea. */
  readonly grid?: number
  /** Directions a cell: 8 (default). Bin k: k * 45 degrees counter-clockwise from the keypoint's direction. */
  readonly bins?: number
  /** A cell's width in sigmas: 3 (default). */
  readonly cell?: number
  /** See gradient.ts. */
  readonly arctangent: Arctangent
}

const clip = 0.2

/**
 * grid * grid * bins whole numbers 0 … 255, cell by cell in rows, written to `out` from `at` on.
 * @param x, y, sigma in samples of the level; @param angle the keypoint's, degrees from +x towards +y
 */
export function describe(
  level: Plane,
  x: number,
  y: number,
  sigma: number,
  angle: number,
  options: DescriptorOptions,
  out: Uint8Array,
  at = 0,
): void {
  const { grid = 4, bins = 8, cell = 3 } = options
  const histogram = accumulate(level, x, y, cell * sigma, angle, grid, bins, options.arctangent)
  const inner = new Float64Array(grid * grid * bins)
  for (let r = 0, i = 0; r < grid; r++)
    for (let c = 0; c < grid; c++) {
      const from = ((r + 1) * (grid + 2) + c + 1) * (bins + 1)
      histogram[from] = (histogram[from] as number) + (histogram[from + bins] as number)
      for (let b = 0; b < bins; b++) inner[i++] = histogram[from + b] as number
    }
  const most = clip * lengthOf(inner)
  for (let i = 0; i < inner.length; i++) inner[i] = Math.min(inner[i] as number, most)
  const scale = 512 / Math.max(lengthOf(inner), 1.1920929e-7)
  for (let i = 0; i < inner.length; i++) out[at + i] = Math.min(255, roundEven((inner[i] as number) * scale))
}

function lengthOf(vector: Float64Array): number {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) ** 2
  return Math.sqrt(sum)
}

/** The histogram with a margin of one cell on each side and one bin at the end, so that no vote needs a test. */
function accumulate(
  level: Plane,
  x: number,
  y: number,
  size: number,
  angle: number,
  grid: number,
  bins: number,
  arctangent: Arctangent,
): Float64Array {
  const radius = Math.min(
    roundEven(size * Math.SQRT1_2 * (grid + 1)),
    Math.trunc(Math.hypot(level.width, level.height)),
  )
  const cos = Math.cos((angle * Math.PI) / 180) / size
  const sin = Math.sin((angle * Math.PI) / 180) / size
  const fall = -2 / (grid * size) ** 2
  const column = roundEven(x)
  const row = roundEven(y)
  const left = Math.max(1, column - radius)
  const right = Math.min(level.width - 2, column + radius)
  const along = gaussians(left - x, right - x, fall)
  const found = line(along.length)
  const { lengths, directions } = found
  const cellStep = bins + 1
  const rowStep = (grid + 2) * cellStep
  const histogram = new Float64Array((grid + 2) * rowStep)
  const half = (grid + 1) / 2
  for (let r = Math.max(1, row - radius); r <= Math.min(level.height - 2, row + radius); r++) {
    const fy = r - y
    const down = Math.exp(fy * fy * fall)
    // The columns where this row crosses the turned square, a pixel wider on either side.
    const [a, b] = crossing(cos, fy * sin, half)
    const [c, d] = crossing(-sin, fy * cos, half)
    const first = Math.max(left, Math.floor(x + Math.max(a, c)))
    const last = Math.min(right, Math.ceil(x + Math.min(b, d)))
    gradients(level, r * level.width + first, last - first + 1, arctangent, found)
    for (let i = 0; i <= last - first; i++) {
      const fx = first + i - x
      const across = fx * cos + fy * sin + half
      const below = fy * cos - fx * sin + half
      if (!(across > 0 && across < grid + 1 && below > 0 && below < grid + 1)) continue
      const vote = (lengths[i] as number) * down * (along[first + i - left] as number)
      let turn = ((angle - (directions[i] as number)) * bins) / 360
      if (turn < 0) turn += bins
      if (turn >= bins) turn -= bins
      const c0 = across | 0
      const r0 = below | 0
      const t0 = turn | 0
      const to = r0 * rowStep + c0 * cellStep + t0
      const ft = turn - t0
      const lower = vote * (below - r0)
      const upper = vote - lower
      const upperRight = upper * (across - c0)
      const lowerRight = lower * (across - c0)
      spread(histogram, to, upper - upperRight, ft)
      spread(histogram, to + cellStep, upperRight, ft)
      spread(histogram, to + rowStep, lower - lowerRight, ft)
      spread(histogram, to + rowStep + cellStep, lowerRight, ft)
    }
  }
  return histogram
}

/** One vote shared by a bin and the next one. */
function spread(histogram: Float64Array, at: number, vote: number, share: number): void {
  const rest = vote * share
  histogram[at] = (histogram[at] as number) + vote - rest
  histogram[at + 1] = (histogram[at + 1] as number) + rest
}

/** The x between which |slope x + offset| < half. */
function crossing(slope: number, offset: number, half: number): readonly [number, number] {
  if (Math.abs(slope) < 1e-9) return [-1e9, 1e9]
  const middle = -offset / slope
  const reach = Math.abs(half / slope)
  return [middle - reach, middle + reach]
}
