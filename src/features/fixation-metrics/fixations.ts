/** Where people looked: points on a map, the density they were drawn from, and the prior that people look at the centre. */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'

/** A point in pixels of the map: (0, 0) is the corner of the first pixel, (width, height) of the last. */
export interface Point {
  readonly x: number
  readonly y: number
}

/**
 * The index of each fixation's pixel.
 * @throws FoveaError FOVEA_USAGE without fixations, or for one outside the map
 */
export function pixelsOf(fixations: readonly Point[], { width, height }: Plane, who = 'A fixation metric'): number[] {
  if (fixations.length === 0) throw new FoveaError('FOVEA_USAGE', `${who} needs at least one fixation; there is none.`)
  return fixations.map(({ x, y }, i) => {
    const [column, row] = [Math.floor(x), Math.floor(y)]
    if (column >= 0 && row >= 0 && column < width && row < height) return row * width + column
    throw new FoveaError('FOVEA_USAGE', `Fixation ${i} at (${x}, ${y}) lies outside the ${width}x${height} map.`)
  })
}

/** The sum of a Gaussian at each fixation, sigma in pixels, cut at 5 sigma; divided by its sum. */
export function fixationDensity(fixations: readonly Point[], width: number, height: number, sigma: number): Plane {
  pixelsOf(fixations, { width, height, data: new Float32Array() }, 'A fixation density')
  if (!(sigma > 0 && Number.isFinite(sigma)))
    throw new FoveaError('FOVEA_USAGE', `A fixation density needs a sigma above 0 pixels, not ${sigma}.`)
  const sums = new Float64Array(width * height)
  for (const { x, y } of fixations) {
    const [left, columns] = falloff(x, width, sigma)
    const [top, rows] = falloff(y, height, sigma)
    rows.forEach((a, v) => {
      const start = (top + v) * width + left
      for (let u = 0; u < columns.length; u++)
        sums[start + u] = (sums[start + u] as number) + a * (columns[u] as number)
    })
  }
  return toDensity({ width, height, data: Float32Array.from(sums) })
}

function falloff(centre: number, size: number, sigma: number): [first: number, weights: Float64Array] {
  const first = Math.max(0, Math.floor(centre - 5 * sigma))
  const last = Math.min(size - 1, Math.ceil(centre + 5 * sigma))
  const weight = (_: unknown, i: number) => Math.exp(-0.5 * ((first + i + 0.5 - centre) / sigma) ** 2)
  return [first, Float64Array.from({ length: last - first + 1 }, weight)]
}

/** The baseline every saliency map must beat: a Gaussian at the centre, its sigmas a quarter of the width and height. */
export function centrePrior(width: number, height: number, sigma = 0.25): Plane {
  const data = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = ((x + 0.5) / width - 0.5) / sigma
      const v = ((y + 0.5) / height - 0.5) / sigma
      data[y * width + x] = Math.exp(-(u * u + v * v) / 2)
    }
  return toDensity({ width, height, data })
}

/** Divided by its sum, after a shift to 0 if something is negative. A map without mass becomes the uniform density. */
export function toDensity({ width, height, data }: Plane): Plane {
  const low = Math.min(
    0,
    data.reduce((a, b) => Math.min(a, b), 0),
  )
  const sum = data.reduce((a, b) => a + b - low, 0)
  return { width, height, data: data.map((v) => (sum > 0 ? (v - low) / sum : 1 / data.length)) }
}
