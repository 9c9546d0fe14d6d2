/**
 * Overlapping patches to one picture: their differences are averaged under a Gaussian and integrated. The patches know
 * no brightness; averaging them as they are would lose all that is larger than a patch.
 */

import type { Plane } from '../../tensor/index.ts'
import type { Matrix } from '../array-file.ts'
import { integrate } from '../poisson.ts'
import { type HogDictionary, multiplyLeft, patchSide } from './dictionary.ts'

const sigma = 5
/** Pixels of a cell at half resolution. */
const step = 4

/** How far brightness may drift, see `integrate`. */
export const screen = 1e-3

/** One patch of 28x28 numbers from its coordinates. */
function patchOf(
  codes: Float32Array,
  { patchBasis, patchMean }: HogDictionary,
  { withMean }: StitchOptions,
  out: Float32Array,
): void {
  multiplyLeft(codes, patchBasis, out)
  if (withMean) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (patchMean.data[i] as number)
}

export interface StitchOptions {
  /** false where the coordinates are of no known scale, as those of unit atoms */
  readonly withMean: boolean
}

/** @param places upper left cells of the windows, `patches` their coordinates; the picture has half the cells' pixels */
export function stitch(
  places: readonly (readonly [number, number])[],
  patches: Matrix,
  dictionary: HogDictionary,
  { width, height, ...options }: StitchOptions & { readonly width: number; readonly height: number },
): Plane {
  const across = new Float32Array(width * height)
  const down = new Float32Array(width * height)
  const acrossWeight = new Float32Array(width * height)
  const downWeight = new Float32Array(width * height)
  const patch = new Float32Array(patchSide * patchSide)
  const window = gaussian()
  places.forEach(([column, row], n) => {
    patchOf(patches.data.subarray(n * patches.columns, (n + 1) * patches.columns), dictionary, options, patch)
    for (let v = 0; v < patchSide; v++)
      for (let u = 0; u < patchSide; u++) {
        const at = (row * step + v) * width + column * step + u
        const i = v * patchSide + u
        const here = patch[i] as number
        const weight = window[i] as number
        if (u + 1 < patchSide) add(across, acrossWeight, at, (patch[i + 1] as number) - here, weight)
        if (v + 1 < patchSide) add(down, downWeight, at, (patch[i + patchSide] as number) - here, weight)
      }
  })
  for (let i = 0; i < across.length; i++) {
    if (acrossWeight[i]) across[i] = (across[i] as number) / (acrossWeight[i] as number)
    if (downWeight[i]) down[i] = (down[i] as number) / (downWeight[i] as number)
  }
  return integrate({ width, height, across, down }, { screen })
}

function add(sum: Float32Array, weights: Float32Array, at: number, value: number, weight: number): void {
  sum[at] = (sum[at] as number) + weight * value
  weights[at] = (weights[at] as number) + weight
}

export function gaussian(): Float32Array {
  const middle = (patchSide - 1) / 2
  return Float32Array.from({ length: patchSide * patchSide }, (_, i) => {
    const x = (i % patchSide) - middle
    const y = Math.floor(i / patchSide) - middle
    return Math.exp(-(x * x + y * y) / (2 * sigma * sigma))
  })
}
