/**
 * N(.), the operator that keeps a map with one strong peak and suppresses a map with many equal ones.
 *   scale the map to [0, 1]; m = mean of its local maxima other than the greatest; multiply by (1 - m)^2
 * The paper scales to [0, M]; M only multiplies every map by the same number, so here M = 1.
 */

import type { Plane } from '../../tensor/index.ts'
import { checkPlane } from '../grey.ts'

export interface Normalized {
  readonly map: Plane
  /** (1 - m)^2, or 0 for a constant map. */
  readonly gain: number
  /** How many local maxima there were, the greatest included. */
  readonly maxima: number
}

/** Maxima below a tenth of the range are noise and are not counted. */
const floor = 0.1

/** @throws FoveaError FOVEA_NOT_FINITE for a map with NaN or infinity */
export function normalize(plane: Plane): Normalized {
  checkPlane(plane, 'N(.)')
  const { width, height, data } = plane
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const v of data) {
    if (v < low) low = v
    if (v > high) high = v
  }
  // Rounding noise is not a map: a range below 1e-6 of the values is constant.
  const range = high - low
  if (!(range > 1e-6 * Math.max(Math.abs(low), Math.abs(high), 1e-6)))
    return { map: { width, height, data: new Float32Array(data.length) }, gain: 0, maxima: 0 }
  const scaled = { width, height, data: data.map((v) => (v - low) / range) }
  const peaks = localMaxima(scaled).map((i) => scaled.data[i] as number)
  const others = (peaks.reduce((a, b) => a + b, 0) - 1) / Math.max(1, peaks.length - 1)
  const gain = peaks.length > 1 ? (1 - others) ** 2 : 1
  return { map: { width, height, data: scaled.data.map((v) => v * gain) }, gain, maxima: peaks.length }
}

/**
 * N(.) of a signed map's positive and negative part, each with its own maxima, on one scale: the largest magnitude is 1.
 * Gain and count are those of the part that is suppressed less.
 */
export function normalizeApart(plane: Plane): Normalized {
  checkPlane(plane, 'N(.)')
  const top = plane.data.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
  const parts = [1, -1].map((sign) => {
    const part = { ...plane, data: plane.data.map((v) => (top > rounding ? Math.max(0, (sign * v) / top) : 0)) }
    const peaks = localMaxima(part).map((i) => part.data[i] as number)
    const most = Math.max(0, ...peaks)
    const others = (peaks.reduce((a, b) => a + b, 0) - most) / Math.max(1, peaks.length - 1)
    return { part, gain: peaks.length > 1 ? (most - others) ** 2 : most ** 2, maxima: peaks.length }
  }) as [Part, Part]
  const [a, b] = parts
  const data = a.part.data.map((v, i) => v * a.gain + (b.part.data[i] as number) * b.gain)
  const { gain, maxima } = a.gain >= b.gain ? a : b
  return { map: { ...plane, data }, gain, maxima }
}

interface Part {
  readonly part: Plane
  readonly gain: number
  readonly maxima: number
}

/** Differences of colours below this are rounding. */
const rounding = 1e-5

/** Pixels at least as high as their 8 neighbours; of a plateau only its first pixel in reading order counts. */
export function localMaxima({ width, height, data }: Plane): number[] {
  const found: number[] = []
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const v = data[y * width + x] as number
      if (v >= floor && isPeak(x, y, v)) found.push(y * width + x)
    }
  return found

  function isPeak(x: number, y: number, v: number): boolean {
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const nx = x + dx
        const ny = y + dy
        if ((dx === 0 && dy === 0) || nx < 0 || ny < 0 || nx >= width || ny >= height) continue
        const other = data[ny * width + nx] as number
        const before = dy < 0 || (dy === 0 && dx < 0)
        if (other > v || (before && other === v)) return false
      }
    return true
  }
}
