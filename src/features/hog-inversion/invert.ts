/** From a HOG back to a picture, in four ways (see patch-codes.ts and direct.ts): what a HOG keeps of what it saw. */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'
import type { Matrix } from '../array-file.ts'
import { type Hog, hog } from '../hog/index.ts'
import { type HogDictionary, windowCells, windowsOf } from './dictionary.ts'
import { direct } from './direct.ts'
import { elda, pairedDictionary, ridge } from './patch-codes.ts'
import { stitch } from './stitch.ts'

export const inversions = ['elda', 'ridge', 'direct', 'dictionary'] as const
export type InversionMethod = (typeof inversions)[number]

export interface InvertOptions {
  /** cells between two windows (not in direct) */
  readonly stride: number
  /** elda: exemplars averaged */
  readonly nearest: number
  /** dictionary: weight of sparsity, and sweeps over the atoms */
  readonly lambda: number
  readonly sweeps: number
  /** direct: see DirectOptions */
  readonly steps: number
  readonly rate: number
  readonly decay: number
  readonly seed: number
}

export const invertDefaults: InvertOptions = {
  stride: 2,
  nearest: 16,
  lambda: 0.05,
  sweeps: 12,
  steps: 60,
  rate: 0.6,
  decay: 3e-4,
  seed: 1,
}

export interface Inversion {
  readonly method: InversionMethod
  /** half the pixels of the cells on each side; brightness has no unit and no zero */
  readonly plane: Plane
  readonly windows: number
  /** dictionary: mean number of atoms a window */
  readonly atomsInUse?: number
  /** direct: the loss before each step */
  readonly losses?: readonly number[]
}

/**
 * @param hog of convention 'uoctti' with cells of 8 pixels; only its numbers are read
 * @throws FoveaError FOVEA_USAGE for another HOG, FOVEA_IMAGE_TOO_SMALL below 7x7 cells (56x56 pixels)
 */
export function invertHog(
  hog: Hog,
  dictionary: HogDictionary,
  method: InversionMethod,
  options: Partial<InvertOptions> = {},
): Inversion {
  const all = { ...invertDefaults, ...options }
  check(hog, all)
  if (method === 'direct') {
    const { plane, losses } = direct(hog, dictionary, all)
    return { method, plane, windows: 0, losses }
  }
  const { places, codes } = windowsOf(hog, dictionary, all.stride)
  const patches: Matrix & { readonly atomsInUse?: number } =
    method === 'elda'
      ? elda(codes, dictionary, all)
      : method === 'ridge'
        ? ridge(codes, dictionary)
        : pairedDictionary(codes, dictionary, all)
  const size = { width: (hog.columns + 2) * 4, height: (hog.rows + 2) * 4 }
  const plane = stitch(places, patches, dictionary, { ...size, withMean: method !== 'dictionary' })
  return { method, plane, windows: places.length, atomsInUse: patches.atomsInUse }
}

function check({ options, columns, rows }: Hog, { stride, nearest, steps }: InvertOptions): void {
  if (options.convention !== 'uoctti' || options.cell !== 8)
    throw new FoveaError(
      'FOVEA_USAGE',
      `The inversions were learned for convention uoctti with cells of 8 pixels, not ${options.convention} with ${options.cell}.`,
    )
  if (columns < windowCells || rows < windowCells)
    throw new FoveaError(
      'FOVEA_IMAGE_TOO_SMALL',
      `HOG inversion needs ${windowCells}x${windowCells} cells inside the border, a picture of 56x56 pixels; there are ${columns}x${rows}.`,
    )
  if (![stride, nearest, steps].every((value) => Number.isInteger(value) && value >= 1))
    throw new FoveaError(
      'FOVEA_USAGE',
      `stride, nearest and steps are whole numbers from 1 up, not ${stride}, ${nearest}, ${steps}.`,
    )
}

/** The HOG that can be inverted. */
export const invertible = (image: Parameters<typeof hog>[0]) => hog(image, { convention: 'uoctti', cell: 8 })
