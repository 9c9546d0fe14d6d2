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
  for (let y = 0; y < height; y++) {
    const top = (down.first[y] as number) * source.width
    const bottom = (down.second[y] as number) * source.width
    if (top < 0) continue
    for (let x = 0; x < width; x++) {
      const left = across.first[x] as number
      if (left < 0) continue
      const right = across.second[x] as number
      data[y * width + x] = mix(
        source.data[top + left] as number,
        source.data[top + right] as number,
        source.data[bottom + left] as number,
        source.data[bottom + right] as number,
        across.weights[x] as number,
        down.weights[y] as number,
      )
    }
  }
  return { width, height, data }
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
function mix(a: number, b: number, c: number, d: number, along: number, down: number): number {
  const top = a + (b - a) * along
  const bottom = c + (d - c) * along
  const value = top + (bottom - top) * down
  if (!Number.isNaN(value)) return value
  let sum = 0
  let weight = 0
  const add = (v: number, w: number) => {
    if (Number.isNaN(v)) return
    sum += v * w
    weight += w
  }
  add(a, (1 - along) * (1 - down))
  add(b, along * (1 - down))
  add(c, (1 - along) * down)
  add(d, along * down)
  return weight >= 0.5 ? sum / weight : Number.NaN
}
