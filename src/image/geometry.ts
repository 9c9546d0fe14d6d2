/** What the model sees: from an image's size and a Fit to pure numbers (Placement), to the input's pixels, and back. */

import { FoveaError } from '../error/index.ts'
import type { Image, Plane, Rect } from '../tensor/index.ts'
import type { Filter } from './filter.ts'
import { type PlaneFilter, project } from './plane.ts'
import { resize } from './resize.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

interface Sampling {
  /** default bilinear, torchvision's; timm's presets mostly say bicubic */
  readonly filter?: Filter
  readonly antialias?: boolean
  /** RGB of what lies outside the image, 0-255 (default black) */
  readonly color?: readonly [number, number, number]
}

/** How an image becomes the input. Sizes in pixels. */
export type Fit = Sampling &
  (
    | { readonly mode: 'crop'; readonly resize: number; readonly crop: Size }
    | { readonly mode: 'crop'; readonly cropPct: number; readonly crop: Size }
    | ({ readonly mode: 'stretch' } & Size)
    | ({ readonly mode: 'letterbox' } & Size)
  )

/** The numbers of one fitted image. `seen` is the part of the original that the input covers; it may exceed the image. */
export interface Placement {
  readonly source: Size
  /** the size of the whole image after resizing */
  readonly resized: Size
  /** the input's corner in the resized image; negative where the input is padded */
  readonly offset: { readonly x: number; readonly y: number }
  readonly input: Size
  readonly seen: Rect
}

/**
 * Where an image of `width` x `height` lies in the input.
 *
 * crop with `resize`: torchvision's Resize(short side) and CenterCrop. crop with `cropPct`: timm's eval transform. stretch:
 * both sides to the input's. letterbox: the whole image, centred (timm's 'border' mode, crop fraction 1).
 * @throws FoveaError FOVEA_USAGE for sizes below 1
 */
export function place(width: number, height: number, fit: Fit): Placement {
  const source = { width, height }
  const input = fit.mode === 'crop' ? fit.crop : { width: fit.width, height: fit.height }
  for (const size of [source, input])
    if (!(Number.isInteger(size.width) && Number.isInteger(size.height) && size.width > 0 && size.height > 0))
      throw new FoveaError('FOVEA_USAGE', `No image can be fitted to or from ${size.width}x${size.height} pixels.`)
  const resized = resizedSize(source, input, fit)
  const offset = { x: cropOffset(resized.width, input.width), y: cropOffset(resized.height, input.height) }
  const x = width / resized.width
  const y = height / resized.height
  const seen = { x: offset.x * x, y: offset.y * y, width: input.width * x, height: input.height * y }
  return { source, resized, offset, input, seen }
}

/** A rectangle in the input's pixels, in the original's. */
export function inOriginal({ x, y, width, height }: Rect, { seen, input }: Placement): Rect {
  const [across, down] = [seen.width / input.width, seen.height / input.height]
  return { x: seen.x + x * across, y: seen.y + y * down, width: width * across, height: height * down }
}

function resizedSize(source: Size, input: Size, fit: Fit): Size {
  if (fit.mode === 'stretch') return input
  if (fit.mode === 'letterbox')
    return scaled(source, Math.max(source.width / input.width, source.height / input.height))
  if ('resize' in fit) return shortSide(source, fit.resize)
  const wanted = {
    width: Math.floor(input.width / fit.cropPct),
    height: Math.floor(input.height / fit.cropPct),
  }
  if (wanted.width === wanted.height) return shortSide(source, wanted.width)
  return scaled(source, Math.min(source.width / wanted.width, source.height / wanted.height))
}

/** torchvision: the short side becomes `size`, the long one is cut down to whole pixels. */
function shortSide({ width, height }: Size, size: number): Size {
  return width <= height
    ? { width: size, height: Math.trunc((size * height) / width) }
    : { width: Math.trunc((size * width) / height), height: size }
}

/** timm: both sides divided by one ratio and rounded. */
function scaled({ width, height }: Size, ratio: number): Size {
  return { width: Math.max(1, roundEven(width / ratio)), height: Math.max(1, roundEven(height / ratio)) }
}

/** torchvision's centre crop rounds half to even; padding puts the smaller half first. */
function cropOffset(size: number, crop: number): number {
  return crop > size ? -Math.floor((crop - size) / 2) : roundEven((size - crop) / 2)
}

function roundEven(value: number): number {
  const floor = Math.floor(value)
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value)
}

/** The input's pixels: the same as torchvision's Resize and CenterCrop on a PIL image. */
export function apply(image: Image, placement: Placement, fit: Fit): Image {
  const { resized, offset, input, source } = placement
  if (image.width !== source.width || image.height !== source.height)
    throw new FoveaError(
      'FOVEA_USAGE',
      `The placement is for ${source.width}x${source.height} pixels, the image has ${image.width}x${image.height}.`,
    )
  const { filter = 'bilinear', antialias = true, color = [0, 0, 0] } = fit
  const inside =
    offset.x >= 0 &&
    offset.y >= 0 &&
    offset.x + input.width <= resized.width &&
    offset.y + input.height <= resized.height
  if (inside)
    return resize(image, resized.width, resized.height, { filter, antialias, window: { ...offset, ...input } })
  const whole = resize(image, resized.width, resized.height, { filter, antialias })
  return cutOut(whole, offset.x, offset.y, input, color)
}

function cutOut(image: Image, left: number, top: number, size: Size, color: readonly [number, number, number]): Image {
  const data = new Uint8Array(3 * size.width * size.height)
  const from = Math.max(0, left)
  const to = Math.min(image.width, left + size.width)
  for (let i = 0; i < data.length; i += 3) data.set(color, i)
  for (let y = Math.max(0, top); y < Math.min(image.height, top + size.height); y++) {
    const row = image.data.subarray(3 * (y * image.width + from), 3 * (y * image.width + to))
    data.set(row, 3 * ((y - top) * size.width + from - left))
  }
  return { ...size, data }
}

/**
 * A heatmap of the input (of any resolution that covers the same field, 7x7 as well as 224x224) in the original image's
 * pixels; NaN where the model saw nothing.
 */
export function toOriginal(
  heatmap: Plane,
  placement: Placement,
  options: { readonly filter?: PlaneFilter } = {},
): Plane {
  return project(heatmap, placement.seen, placement.source.width, placement.source.height, options)
}
