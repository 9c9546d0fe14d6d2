/** Resampling of float planes (heatmaps), where NaN means "no data": projecting, resizing. Never bicubic: it invents negatives. */

import { FoveaError } from '../error/index.ts'
import type { Plane, Rect } from '../tensor/index.ts'

export type PlaneFilter = 'nearest' | 'bilinear'

/** @throws FoveaError FOVEA_SHAPE when the data does not fill width x height */
export function plane(width: number, height: number, data: Float32Array): Plane {
  if (data.length !== width * height)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `A ${width}x${height} plane needs ${width * height} numbers, not ${data.length}.`,
    )
  return { width, height, data }
}

/** The plane at another size, half-pixel centres, no antialias: torch's `interpolate(align_corners=False)`. */
export function resizePlane(
  source: Plane,
  width: number,
  height: number,
  options: { readonly filter?: PlaneFilter } = {},
): Plane {
  return project(source, { x: 0, y: 0, width, height }, width, height, options)
}

/**
 * A plane that covers `rect` of a picture of `width` x `height` pixels, as that picture's pixels; pixels whose centre lies
 * outside `rect` are NaN. `rect` may reach beyond the picture.
 *
 * Pixel centre x + 1/2 of the picture lies at u = (x + 1/2 - rect.x) / rect.width * plane.width - 1/2 of the plane.
 */
export function project(
  source: Plane,
  rect: Rect,
  width: number,
  height: number,
  { filter = 'bilinear' }: { readonly filter?: PlaneFilter } = {},
): Plane {
  if (!(width > 0 && height > 0 && rect.width > 0 && rect.height > 0 && source.width > 0 && source.height > 0))
    throw new FoveaError('FOVEA_USAGE', `A ${source.width}x${source.height} plane cannot become ${width}x${height}.`)
  const across = taps(source.width, rect.x, rect.width, width, filter)
  const down = taps(source.height, rect.y, rect.height, height, filter)
  const data = new Float32Array(width * height).fill(Number.NaN)
  const [from, to] = inside(across)
  const row = rowsOf(source, across, from, to)
  for (let y = 0; y < height; y++) {
    if ((down.first[y] as number) < 0) continue
    const top = row(down.first[y] as number)
    const bottom = row(down.second[y] as number)
    const weight = down.weights[y] as number
    for (let x = from; x < to; x++) {
      const above = top[x] as number
      const value = above + ((bottom[x] as number) - above) * weight
      data[y * width + x] = Number.isNaN(value) ? sparse(source, across, down, x, y) : value
    }
  }
  return { width, height, data }
}

interface Line {
  y: number
  readonly row: Float64Array
}

/** Rows of the source, interpolated along; the last two are kept, as neighbouring rows of the result share them. */
function rowsOf(
  { width, data }: Plane,
  { first, second, weights }: Taps,
  from: number,
  to: number,
): (y: number) => Float64Array {
  const line = () => ({ y: -1, row: new Float64Array(first.length) })
  const kept: [Line, Line] = [line(), line()]
  return (y) => {
    const [older, newer] = kept
    if (newer.y === y) return newer.row
    kept.reverse()
    if (older.y === y) return older.row
    older.y = y
    for (let x = from; x < to; x++) {
      const left = data[y * width + (first[x] as number)] as number
      older.row[x] = left + ((data[y * width + (second[x] as number)] as number) - left) * (weights[x] as number)
    }
    return older.row
  }
}

/** The samples from the first to before the last that lie in the rectangle. */
function inside({ first }: Taps): [number, number] {
  let [from, to] = [0, first.length]
  while (from < to && (first[from] as number) < 0) from++
  while (to > from && (first[to - 1] as number) < 0) to--
  return [from, to]
}

interface Taps {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly weights: Float64Array
}

/** For each output sample the two source samples and the second one's weight; first is -1 outside the rectangle. */
function taps(size: number, start: number, extent: number, out: number, filter: PlaneFilter): Taps {
  const first = new Int32Array(out).fill(-1)
  const second = new Int32Array(out)
  const weights = new Float64Array(out)
  for (let i = 0; i < out; i++) {
    const place = ((i + 0.5 - start) / extent) * size
    if (place < 0 || place > size) continue
    if (filter === 'nearest') {
      first[i] = second[i] = Math.min(size - 1, Math.floor(place))
      continue
    }
    const sample = Math.min(Math.max(place - 0.5, 0), size - 1)
    const floor = Math.floor(sample)
    first[i] = floor
    second[i] = Math.min(floor + 1, size - 1)
    weights[i] = sample - floor
  }
  return { first, second, weights }
}

/** Bilinear over the samples that have data; NaN where these weigh less than a half. */
function sparse(source: Plane, across: Taps, down: Taps, x: number, y: number): number {
  const [right, bottom] = [across.weights[x] as number, down.weights[y] as number]
  let sum = 0
  let weight = 0
  for (const [row, high] of [
    [down.first[y], 1 - bottom],
    [down.second[y], bottom],
  ] as [number, number][])
    for (const [column, wide] of [
      [across.first[x], 1 - right],
      [across.second[x], right],
    ] as [number, number][]) {
      const value = source.data[row * source.width + column] as number
      if (Number.isNaN(value)) continue
      sum += value * (wide * high)
      weight += wide * high
    }
  return weight >= 0.5 ? sum / weight : Number.NaN
}
