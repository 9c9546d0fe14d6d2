/**
 * The descriptor of a keypoint: grid x grid histograms of `bins` gradient directions in a window turned and scaled with
 * the keypoint (Lowe 2004, section 6). A cell is 3 sigma wide, the window reaches half a cell beyond the grid; each gradient is weighted by exp(-r^2 / 2 (grid/2)^2), r in
 * cells, and shared trilinearly; the vector is normalised, cut at 0.2, normalised again and stored as 512 times that.
 */

import type { Plane } from '../../tensor/index.ts'
import { roundEven } from '../round-even.ts'
import { type Arctangent, type SiftLoops, siftTwin } from '../wasm/index.ts'
import { unpaired, windowOf } from './orientation.ts'

export interface DescriptorOptions {
  /** Cells along a side: 4 (default), or 2 for a picture of the idea. */
  readonly grid?: number
  /** Directions a cell: 8 (default). Bin k: k * 45 degrees counter-clockwise from the keypoint's direction. */
  readonly bins?: number
  /** A cell's width in sigmas: 3 (default). */
  readonly cell?: number
  /** See gradient.ts. */
  readonly arctangent: Arctangent
  /** Those of the memory that holds the level are faster. */
  readonly loops?: SiftLoops
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
  const { grid = 4, bins = 8, cell = 3, arctangent, loops = siftTwin } = options
  const size = cell * sigma
  const diagonal = Math.trunc(Math.hypot(level.width, level.height))
  const radius = Math.min(roundEven(size * Math.SQRT1_2 * (grid + 1)), diagonal)
  const window = windowOf(level, x, y, radius, -2 / (grid * size) ** 2, arctangent)
  const cos = Math.cos((angle * Math.PI) / 180) / size
  const sin = Math.sin((angle * Math.PI) / 180) / size
  const pairs = loops.cells(level, window, { x, y, angle, cos, sin, grid, bins })
  const inner = new Float64Array(grid * grid * bins)
  for (let r = 0; r < grid; r++)
    for (let c = 0; c < grid; c++)
      inner.set(unpaired(pairs, ((r + 1) * (grid + 2) + c + 1) * bins, bins), (r * grid + c) * bins)
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
