/** One image for one model: its place in the input, and the tensor. */

import { apply, denormalize, type Fit, normalize, type Placement, place } from '../image/index.ts'
import { float32, type Image, type Tensor } from '../tensor/index.ts'
import type { Preset } from './preset.ts'

export interface InputFormat {
  readonly preset: Preset
  readonly layout: 'NCHW' | 'NHWC'
  /** 3: colour. 1: grey. */
  readonly depth: 1 | 3
  readonly height: number
  readonly width: number
}

export interface Prepared {
  readonly placement: Placement
  /** The pixels that the model sees. */
  readonly seen: Image
  /** [1, 3, H, W] or [1, H, W, 3], of grey ones [1, 1, H, W] or [1, H, W, 1]; `feedsOf` makes it the model's own input. */
  readonly tensor: Tensor<'float32'>
}

export function prepare(image: Image, format: InputFormat): Prepared {
  const fit = fitOf(format)
  const placement = place(image.width, image.height, fit)
  const placed = apply(image, placement, fit)
  const seen = format.depth === 1 ? grey(placed) : placed
  const tensor = normalize(seen, normalization(format))
  return { placement, seen, tensor: format.depth === 1 ? firstChannel(tensor, format) : tensor }
}

/** Luma of ITU-R 601, rounded as Pillow's mode L does: (19595 R + 38470 G + 7471 B + 32768) / 65536. */
function grey({ width, height, data }: Image): Image {
  const out = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i += 3) {
    const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3)
    out.fill((19595 * r + 38470 * g + 7471 * b + 32768) >> 16, i, i + 3)
  }
  return { width, height, data: out }
}

function firstChannel({ data }: Tensor<'float32'>, { layout, width, height }: InputFormat): Tensor<'float32'> {
  const pixels = width * height
  if (layout === 'NCHW') return float32([1, 1, height, width], data.slice(0, pixels))
  return float32(
    [1, height, width, 1],
    Float32Array.from({ length: pixels }, (_, i) => data[3 * i] as number),
  )
}

/** The picture that a tensor of the model's input shows. */
export function picture(tensor: Tensor<'float32'>, format: InputFormat): Image {
  return denormalize(format.depth === 1 ? threeChannels(tensor, format) : tensor, normalization(format))
}

function threeChannels({ data }: Tensor<'float32'>, { layout, width, height }: InputFormat): Tensor<'float32'> {
  const pixels = width * height
  const pick = layout === 'NCHW' ? (i: number) => i % pixels : (i: number) => Math.floor(i / 3)
  const copies = Float32Array.from({ length: 3 * pixels }, (_, i) => data[pick(i)] as number)
  return float32(layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3], copies)
}

function normalization({ preset, layout }: InputFormat) {
  const { scale, mean, std } = preset
  return { scale, mean, std, layout, channels: preset.channels === 'RGB' ? ('rgb' as const) : ('bgr' as const) }
}

function fitOf({ preset, width, height }: InputFormat): Fit {
  const filter = preset.interpolation
  if (preset.fit !== 'crop') return { mode: preset.fit, width, height, filter }
  const crop = { width, height }
  if (preset.resize) return { mode: 'crop', resize: preset.resize, crop, filter }
  return { mode: 'crop', cropPct: preset.cropFraction ?? 1, crop, filter }
}
