/**
 * What was learned about HOG windows and their patches (scripts/features/learn-hog-dictionary.py, from CC0 and
 * public-domain photographs): two bases, a linear map, a bank of exemplars, paired atoms. Nothing is inverted here.
 */

import { type Matrix, readMatrices } from '../array-file.ts'
import type { Hog } from '../hog/index.ts'

/** Cells of a window's side, and pixels of its patch at half resolution: 7 cells, for HOG looks one cell beyond. */
export const windowCells = 5
export const patchSide = 28
const cellDepth = 31

const names = [
  'hogMean',
  'hogVariance',
  'hogBasis',
  'patchMean',
  'patchVariance',
  'patchBasis',
  'ridge',
  'exemplarHog',
  'exemplarPatch',
  'atomHog',
  'atomPatch',
] as const

export type HogDictionary = Readonly<Record<(typeof names)[number], Matrix>>

/** @param bytes models/hog-inversion/dictionary.bin. @throws FoveaError FOVEA_IO when they are not it */
export function readHogDictionary(bytes: Uint8Array): HogDictionary {
  return readMatrices(bytes, names)
}

/** Windows of a HOG, one every `stride` cells (the last row and column always): their cells and their codes. */
export interface Windows {
  /** upper left cells */
  readonly places: readonly (readonly [number, number])[]
  /** coordinates in the HOG basis, a row a window */
  readonly codes: Matrix
}

export function windowsOf(hog: Hog, dictionary: HogDictionary, stride: number): Windows {
  const rows = steps(hog.rows - windowCells, stride)
  const places = rows.flatMap((row) => steps(hog.columns - windowCells, stride).map((column) => [column, row] as const))
  const { hogBasis, hogMean } = dictionary
  const data = new Float32Array(places.length * hogBasis.rows)
  const one = new Float32Array(hogBasis.columns)
  places.forEach(([column, row], n) => {
    readWindow(hog, column, row, one)
    for (let i = 0; i < one.length; i++) one[i] = (one[i] as number) - (hogMean.data[i] as number)
    multiply(hogBasis, one, data.subarray(n * hogBasis.rows, (n + 1) * hogBasis.rows))
  })
  return { places, codes: { rows: places.length, columns: hogBasis.rows, data } }
}

function steps(last: number, stride: number): number[] {
  const found: number[] = []
  for (let at = 0; at < last; at += stride) found.push(at)
  return last >= 0 ? [...found, last] : []
}

function readWindow({ vector, columns, depth }: Hog, column: number, row: number, out: Float32Array): void {
  for (let v = 0, to = 0; v < windowCells; v++)
    for (let u = 0; u < windowCells; u++, to += cellDepth) {
      const from = ((row + v) * columns + column + u) * depth
      for (let k = 0; k < cellDepth; k++) out[to + k] = vector[from + k] as number
    }
}

/** out = M x */
export function multiply({ rows, columns, data }: Matrix, x: ArrayLike<number>, out: Float32Array): void {
  for (let r = 0, at = 0; r < rows; r++) {
    let sum = 0
    for (let c = 0; c < columns; c++, at++) sum += (data[at] as number) * (x[c] as number)
    out[r] = sum
  }
}

/** out = x M */
export function multiplyLeft(x: ArrayLike<number>, { rows, columns, data }: Matrix, out: Float32Array): void {
  out.fill(0)
  for (let r = 0; r < rows; r++) {
    const factor = x[r] as number
    if (factor === 0) continue
    for (let c = 0, at = r * columns; c < columns; c++, at++)
      out[c] = (out[c] as number) + factor * (data[at] as number)
  }
}
