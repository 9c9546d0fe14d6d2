/** One image for one model: its place in the input, and the tensor. */

import { apply, denormalize, type Fit, normalize, type Placement, place } from '../image/index.ts'
import type { Image, Tensor } from '../tensor/index.ts'
import type { Preset } from './preset.ts'

export interface InputFormat {
  readonly preset: Preset
  readonly layout: 'NCHW' | 'NHWC'
  readonly height: number
  readonly width: number
}

export interface Prepared {
  readonly placement: Placement
  /** The pixels that the model sees. */
  readonly seen: Image
  /** [1, 3, H, W] or [1, H, W, 3] */
  readonly tensor: Tensor<'float32'>
}

export function prepare(image: Image, format: InputFormat): Prepared {
  const fit = fitOf(format)
  const placement = place(image.width, image.height, fit)
  const seen = apply(image, placement, fit)
  return { placement, seen, tensor: normalize(seen, normalization(format)) }
}

/** The picture that a tensor of the model's input shows. */
export function picture(tensor: Tensor<'float32'>, format: InputFormat): Image {
  return denormalize(tensor, normalization(format))
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
