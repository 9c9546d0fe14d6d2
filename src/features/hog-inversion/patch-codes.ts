/**
 * Three of the four inversions, window by window: from the coordinates of a HOG window to those of its patch.
 *   elda        w = Sigma^-1 (y - mu); the mean of the patches of the K exemplars with the greatest w . y_i
 *   ridge       x = Sigma_XY (Sigma_YY + r I)^-1 (y - mu_Y) + mu_X
 *   dictionary  alpha = argmin 1/2 |V alpha - y|^2 + lambda |alpha|_1, alpha >= 0, y of length 1; x = U alpha
 * In the coordinates of the HOG's principal components Sigma is diagonal.
 * Reference: C. Vondrick, A. Khosla, T. Malisiewicz, A. Torralba, "HOGgles: visualizing object detection features",
 * ICCV 2013. The solver of the lasso is our own coordinate descent.
 */

import type { Matrix } from '../array-file.ts'
import { type HogDictionary, multiply, multiplyLeft } from './dictionary.ts'

export interface EldaOptions {
  /** exemplars averaged a window */
  readonly nearest: number
}

/** @param codes a row a window, in the HOG basis; returns a row a window, in the patch basis */
export function elda(codes: Matrix, dictionary: HogDictionary, { nearest }: EldaOptions): Matrix {
  const { hogVariance, exemplarHog, exemplarPatch } = dictionary
  const data = new Float32Array(codes.rows * exemplarPatch.columns)
  const template = new Float32Array(codes.columns)
  const scores = new Float32Array(exemplarHog.rows)
  for (let n = 0; n < codes.rows; n++) {
    for (let d = 0; d < template.length; d++)
      template[d] = (codes.data[n * codes.columns + d] as number) / ((hogVariance.data[d] as number) + 1e-3)
    multiply(exemplarHog, template, scores)
    const out = data.subarray(n * exemplarPatch.columns, (n + 1) * exemplarPatch.columns)
    const best = greatest(scores, nearest)
    for (const e of best)
      for (let k = 0, at = e * out.length; k < out.length; k++, at++)
        out[k] = (out[k] as number) + (exemplarPatch.data[at] as number) / best.length
  }
  return { rows: codes.rows, columns: exemplarPatch.columns, data }
}

/** Indices of the `count` greatest values. */
function greatest(values: Float32Array, count: number): number[] {
  const best: number[] = []
  let least = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (best.length === count && value <= least) continue
    let at = best.length
    while (at > 0 && (values[best[at - 1] as number] as number) < value) at--
    best.splice(at, 0, i)
    if (best.length > count) best.pop()
    least = values[best[best.length - 1] as number] as number
  }
  return best
}

export function ridge(codes: Matrix, { ridge: map }: HogDictionary): Matrix {
  const data = new Float32Array(codes.rows * map.columns)
  for (let n = 0; n < codes.rows; n++)
    multiplyLeft(
      codes.data.subarray(n * codes.columns, (n + 1) * codes.columns),
      map,
      data.subarray(n * map.columns, (n + 1) * map.columns),
    )
  return { rows: codes.rows, columns: map.columns, data }
}

export interface LassoOptions {
  /** weight of the sum of the coefficients; larger is sparser */
  readonly lambda: number
  readonly sweeps: number
}

/** @returns the patches' coordinates and the mean number of atoms in use */
export function pairedDictionary(
  codes: Matrix,
  { atomHog, atomPatch }: HogDictionary,
  options: LassoOptions,
): Matrix & { readonly atomsInUse: number } {
  const data = new Float32Array(codes.rows * atomPatch.columns)
  const gram = gramOf(atomHog)
  const right = new Float32Array(atomHog.rows)
  const alpha = new Float32Array(atomHog.rows)
  let inUse = 0
  for (let n = 0; n < codes.rows; n++) {
    const y = codes.data.slice(n * codes.columns, (n + 1) * codes.columns)
    const length = Math.hypot(...y) + 1e-3
    for (let d = 0; d < y.length; d++) y[d] = (y[d] as number) / length
    multiply(atomHog, y, right)
    lasso(gram, right, alpha, options)
    for (const a of alpha) if (a > 0) inUse++
    multiplyLeft(alpha, atomPatch, data.subarray(n * atomPatch.columns, (n + 1) * atomPatch.columns))
  }
  return { rows: codes.rows, columns: atomPatch.columns, data, atomsInUse: codes.rows ? inUse / codes.rows : 0 }
}

export function gramOf({ rows, columns, data }: Matrix): Float32Array {
  const gram = new Float32Array(rows * rows)
  for (let i = 0; i < rows; i++)
    for (let j = i; j < rows; j++) {
      let sum = 0
      for (let c = 0, a = i * columns, b = j * columns; c < columns; c++, a++, b++)
        sum += (data[a] as number) * (data[b] as number)
      gram[i * rows + j] = sum
      gram[j * rows + i] = sum
    }
  return gram
}

/**
 * min 1/2 a G a - b a + lambda sum a over a >= 0, by coordinate descent: a_j <- max(0, a_j + (b_j - (G a)_j - lambda) / G_jj).
 * `right` (b) becomes the residual b - G a.
 */
export function lasso(
  gram: Float32Array,
  right: Float32Array,
  alpha: Float32Array,
  { lambda, sweeps }: LassoOptions,
): void {
  const size = alpha.length
  alpha.fill(0)
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = 0
    for (let j = 0; j < size; j++) {
      const old = alpha[j] as number
      const diagonal = gram[j * size + j] as number
      const gain = (right[j] as number) - lambda
      if (diagonal === 0 || (old === 0 && gain <= 0)) continue
      const next = Math.fround(Math.max(0, old + gain / diagonal))
      const change = next - old
      if (change === 0) continue
      alpha[j] = next
      moved = Math.max(moved, Math.abs(change))
      for (let i = 0, at = j * size; i < size; i++, at++)
        right[i] = (right[i] as number) - change * (gram[at] as number)
    }
    if (moved < 1e-4) break
  }
}
