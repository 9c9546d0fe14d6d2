/** Patches with their SIFT descriptors (scripts/features/learn-sift-bank.py), and the search for the nearest one. */

import { FoveaError } from '../../error/index.ts'
import { type Matrix, readMatrices } from '../array-file.ts'

/** Pixels of a patch's side; it spans 12 sigma, so that a pixel is half a sigma. */
export const patchSide = 24

export interface PatchBank {
  /** a row a patch: 128 numbers of length 512 */
  readonly descriptors: Matrix
  /** a row a patch: coordinates in the basis */
  readonly patches: Matrix
  /** a row a direction: 24x24 grey levels */
  readonly basis: Matrix
}

/** @param bytes models/sift-inversion/bank.bin. @throws FoveaError FOVEA_IO when they are not it */
export function readPatchBank(bytes: Uint8Array): PatchBank {
  return readMatrices(bytes, ['descriptors', 'patches', 'basis'] as const)
}

/** The first `size` patches: they lie in random order. @throws FoveaError FOVEA_USAGE */
export function part({ descriptors, patches, basis }: PatchBank, size: number): PatchBank {
  if (!(Number.isInteger(size) && size >= 1))
    throw new FoveaError('FOVEA_USAGE', `A part of the patch bank has 1 to ${patches.rows} patches, not ${size}.`)
  const first = ({ rows, columns, data }: Matrix): Matrix => {
    const kept = Math.min(rows, size)
    return { rows: kept, columns, data: data.subarray(0, kept * columns) }
  }
  return { descriptors: first(descriptors), patches: first(patches), basis }
}

export interface Nearest {
  /** row in the bank, for each descriptor */
  readonly index: Int32Array
  /** Euclidean distance to it, of vectors of length 512 */
  readonly distance: Float32Array
}

/** @param data `count` descriptors of 128 numbers each */
export function nearest(data: ArrayLike<number>, count: number, { descriptors }: PatchBank): Nearest {
  const { rows, columns } = descriptors
  const index = new Int32Array(count)
  const distance = new Float32Array(count)
  const one = new Float32Array(columns)
  for (let n = 0; n < count; n++) {
    for (let d = 0; d < columns; d++) one[d] = data[n * columns + d] as number
    let least = Number.POSITIVE_INFINITY
    for (let row = 0; row < rows; row++) {
      const square = squareDistance(one, descriptors.data, row * columns, least)
      if (square >= least) continue
      least = square
      index[n] = row
    }
    distance[n] = Math.sqrt(least)
  }
  return { index, distance }
}

/** Gives up once the sum is beyond `limit`. */
function squareDistance(a: Float32Array, b: Float32Array, at: number, limit: number): number {
  let sum = 0
  for (let d = 0; d < a.length && sum < limit; d += 16)
    for (let k = d; k < d + 16; k++) {
      const difference = (a[k] as number) - (b[at + k] as number)
      sum += difference * difference
    }
  return sum
}
