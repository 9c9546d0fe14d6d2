/** Resizing 8-bit pictures, to the last bit as Pillow's `Image.resize` does it. Not for heatmaps (see plane.ts). */

import { FoveaError } from '../error/index.ts'
import type { Image, Rect } from '../tensor/index.ts'
import { type Filter, resampling } from './filter.ts'
import { type Pass, precision, resample } from './wasm/resample.ts'

export interface ResizeOptions {
  readonly filter?: Filter
  /** widen the kernel when the picture shrinks (default true); false samples as torch does without antialias */
  readonly antialias?: boolean
  /** the part of the picture that fills the result, in its pixels; edges may be fractional (default: all of it) */
  readonly box?: Rect
  /** compute only this part of the result, in its pixels; whole numbers (default: all of it) */
  readonly window?: Rect
}

/**
 * The picture (or its `box`) at `width` x `height` pixels; default filter bilinear.
 *
 * Two passes with weights of 22 fractional bits and rounding to 8 bit between the passes, as in Pillow.
 * @throws FoveaError FOVEA_USAGE for a size below 1 or a box outside the picture
 */
export function resize(image: Image, width: number, height: number, options: ResizeOptions = {}): Image {
  const { window } = options
  const { filter = 'bilinear', antialias = true } = options
  const box = edges(image, options.box)
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new FoveaError('FOVEA_USAGE', `A picture cannot be resized to ${width}x${height} pixels.`)
  const { left, top, right, bottom } = box
  const whole = left === 0 && top === 0 && right === image.width && bottom === image.height
  if (whole && width === image.width && height === image.height) return cut(image, window)
  if (filter === 'nearest') return cut(nearest(image, width, height, box), window)
  const keepsX = width === image.width && left === 0 && right === width
  const keepsY = height === image.height && top === 0 && bottom === height
  if (window && (keepsX || keepsY))
    return cut(resize(image, width, height, { filter, antialias, box: options.box }), window)
  const { x, y, ...part } = window ?? { x: 0, y: 0, width, height }
  const across = keepsX ? [] : passOf('x', x, part.width, filter, image.width, left, right, width, antialias)
  const down = keepsY ? [] : passOf('y', y, part.height, filter, image.height, top, bottom, height, antialias)
  return columnsFirst(image, width, height)
    ? resample(image, [...down, ...across])
    : resample(...rowsFor(image, [...across, ...down]))
}

/** Without the rows that the pass down does not look at: the pass before it need not make them. */
function rowsFor(image: Image, passes: readonly Pass[]): [Image, readonly Pass[]] {
  const [across, down] = passes
  if (!across || !down) return [image, passes]
  const from = down.first[0] as number
  const to = (down.first.at(-1) as number) + (down.count.at(-1) as number)
  const data = image.data.subarray(3 * from * image.width, 3 * to * image.width)
  return [
    { width: image.width, height: to - from, data },
    [across, { ...down, first: down.first.map((row) => row - from) }],
  ]
}

/** Which pass comes first shows in the last bit; Pillow 13 decides so (found by 600 trials, older versions: rows first). */
function columnsFirst(image: Image, width: number, height: number): boolean {
  return height < image.height && 2 * (image.width - width) < image.height - height
}

interface Edges {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

function edges(image: Image, box: Rect | undefined): Edges {
  const { x, y, width, height } = box ?? { x: 0, y: 0, width: image.width, height: image.height }
  const right = x + width
  const bottom = y + height
  if (!(x >= 0 && y >= 0 && width > 0 && height > 0 && right <= image.width && bottom <= image.height))
    throw new FoveaError(
      'FOVEA_USAGE',
      `The box ${width}x${height} at (${x}, ${y}) does not lie in the ${image.width}x${image.height} picture.`,
    )
  return { left: Math.fround(x), top: Math.fround(y), right: Math.fround(right), bottom: Math.fround(bottom) }
}

/** Passes that were asked for last: photographs of a folder are often of one size. */
const kept = new Map<string, Pass>()
const mostKept = 16

/** The pass that makes `many` output samples, from number `from` on. */
function passOf(axis: 'x' | 'y', from: number, many: number, ...kernel: Parameters<typeof resampling>): [Pass] {
  const key = [axis, from, many, ...kernel].join()
  const known = kept.get(key)
  if (known) return [known]
  const { weights, taps, first, count } = resampling(...kernel)
  const table = new Int32Array(many * taps)
  for (let i = 0; i < table.length; i++) {
    const weight = weights[from * taps + i] as number
    table[i] = Math.trunc(weight * 2 ** precision + (weight < 0 ? -0.5 : 0.5))
  }
  const part = [from, from + many] as const
  const made = { axis, taps, first: first.subarray(...part), count: count.subarray(...part), weights: table }
  if (kept.size === mostKept) kept.clear()
  kept.set(key, made)
  return [made]
}

/** A copy of a part. */
function cut({ width, height, data }: Image, window: Rect = { x: 0, y: 0, width, height }): Image {
  const out = new Uint8Array(3 * window.width * window.height)
  for (let y = 0; y < window.height; y++) {
    const at = 3 * ((window.y + y) * width + window.x)
    out.set(data.subarray(at, at + 3 * window.width), 3 * y * window.width)
  }
  return { width: window.width, height: window.height, data: out }
}

function nearest(image: Image, width: number, height: number, box: Edges): Image {
  const xs = positions(box.left, Math.fround(box.right - box.left) / width, width, image.width)
  const ys = positions(box.top, Math.fround(box.bottom - box.top) / height, height, image.height)
  const data = new Uint8Array(3 * width * height)
  let out = 0
  for (const y of ys)
    for (const x of xs) {
      const at = 3 * (y * image.width + x)
      data[out++] = image.data[at] as number
      data[out++] = image.data[at + 1] as number
      data[out++] = image.data[at + 2] as number
    }
  return { width, height, data }
}

/** Summed, not multiplied: Pillow walks the row and so do the roundings. */
function positions(start: number, step: number, count: number, size: number): Int32Array {
  const out = new Int32Array(count)
  let at = start + step * 0.5
  for (let i = 0; i < count; i++, at += step) out[i] = Math.min(size - 1, Math.trunc(at))
  return out
}
