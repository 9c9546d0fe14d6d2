/** Superpixels by k-means in colour and place, each centre looking only around itself. Achanta et al. 2012, SLIC. */

import { FoveaError } from '../../error/index.ts'
import type { Image } from '../../tensor/index.ts'
import { blur } from '../blur.ts'
import { lab } from './lab.ts'
import { connected, type Segments, withoutSpecks } from './segments.ts'

export interface SlicOptions {
  /** About how many regions; default 50. */
  readonly segments?: number
  /** Weight of place against colour (L*a*b* units at one region's side); default 10. */
  readonly compactness?: number
  /** Rounds of k-means; default 10. */
  readonly rounds?: number
  /** Standard deviation of a blur before, in pixels; default 1. */
  readonly sigma?: number
}

interface Centre {
  x: number
  y: number
  readonly colour: Float64Array
}

/** @throws FoveaError FOVEA_USAGE for less than one region */
export function slic(
  image: Image,
  { segments = 50, compactness = 10, rounds = 10, sigma = 1 }: SlicOptions = {},
): Segments {
  if (!(segments >= 1)) throw new FoveaError('FOVEA_USAGE', `A picture has at least 1 superpixel, not ${segments}.`)
  const { width, height } = image
  const colours = lab(blur(image, sigma))
  const step = Math.max(1, Math.sqrt((width * height) / segments))
  const centres = seeds(width, height, step, colours)
  const labels = new Int32Array(width * height)
  const place = (compactness / step) ** 2
  for (let round = 0; round < rounds; round++) {
    assign(centres, colours, labels, { width, height, step, place })
    move(centres, colours, labels, width)
  }
  return withoutSpecks(connected(labels, width, height), (step * step) / 4)
}

/** One centre a cell of the grid, moved off edges to the flattest of its 3x3 pixels. */
function seeds(width: number, height: number, step: number, colours: Float32Array): Centre[] {
  const [columns, rows] = [Math.max(1, Math.round(width / step)), Math.max(1, Math.round(height / step))]
  const at = (x: number, y: number, c: number) =>
    colours[3 * (Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1)) + c] as number
  const slope = (x: number, y: number) =>
    [0, 1, 2].reduce(
      (sum, c) => sum + (at(x + 1, y, c) - at(x - 1, y, c)) ** 2 + (at(x, y + 1, c) - at(x, y - 1, c)) ** 2,
      0,
    )
  return Array.from({ length: columns * rows }, (_, k) => {
    const cx = Math.floor((((k % columns) + 0.5) * width) / columns)
    const cy = Math.floor(((Math.floor(k / columns) + 0.5) * height) / rows)
    let [x, y] = [cx, cy]
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const inside = cx + dx >= 0 && cx + dx < width && cy + dy >= 0 && cy + dy < height
        if (inside && slope(cx + dx, cy + dy) < slope(x, y)) [x, y] = [cx + dx, cy + dy]
      }
    return { x, y, colour: Float64Array.from([0, 1, 2], (c) => at(x, y, c)) }
  })
}

/** Each pixel to the nearest of the centres that see it: D^2 = colour^2 + (m / S)^2 place^2. */
function assign(
  centres: readonly Centre[],
  colours: Float32Array,
  labels: Int32Array,
  { width, height, step, place }: { width: number; height: number; step: number; place: number },
): void {
  const nearest = new Float64Array(labels.length).fill(Number.POSITIVE_INFINITY)
  const reach = Math.ceil(step)
  centres.forEach(({ x, y, colour }, k) => {
    const [l, a, b] = colour as unknown as [number, number, number]
    const [left, right] = [Math.max(0, Math.floor(x) - reach), Math.min(width - 1, Math.ceil(x) + reach)]
    for (let v = Math.max(0, Math.floor(y) - reach); v <= Math.min(height - 1, Math.ceil(y) + reach); v++)
      for (let u = left; u <= right; u++) {
        const i = v * width + u
        const colourWay =
          ((colours[3 * i] as number) - l) ** 2 +
          ((colours[3 * i + 1] as number) - a) ** 2 +
          ((colours[3 * i + 2] as number) - b) ** 2
        const distance = colourWay + place * ((u - x) ** 2 + (v - y) ** 2)
        if (distance < (nearest[i] as number)) {
          nearest[i] = distance
          labels[i] = k
        }
      }
  })
}

/** Each centre to the mean of its pixels. */
function move(centres: readonly Centre[], colours: Float32Array, labels: Int32Array, width: number): void {
  const sums = new Float64Array(6 * centres.length)
  labels.forEach((k, i) => {
    const values = [1, i % width, Math.floor(i / width), colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]]
    for (let c = 0; c < 6; c++) sums[6 * k + c] = (sums[6 * k + c] as number) + (values[c] as number)
  })
  centres.forEach((centre, k) => {
    const [pixels, x, y, ...colour] = sums.subarray(6 * k, 6 * k + 6) as unknown as [number, number, number]
    if (pixels === 0) return
    centre.x = x / pixels
    centre.y = y / pixels
    centre.colour.set((colour as number[]).map((sum) => sum / pixels))
  })
}
