/** From 8-bit pixels to the numbers a model wants, and back for display. Layout, channel order and range, no geometry. */

import { FoveaError } from '../error/index.ts'
import { float32, type Image, type Tensor } from '../tensor/index.ts'

/** value = (pixel * scale - mean) / std, by channel in the order of `channels`. */
export interface Normalization {
  /** default 1/255 */
  readonly scale?: number
  readonly mean?: readonly [number, number, number]
  readonly std?: readonly [number, number, number]
  /** default rgb */
  readonly channels?: 'rgb' | 'bgr'
  /** default NCHW */
  readonly layout?: 'NCHW' | 'NHWC'
}

/** float32 tensor [N, 3, H, W] (or [N, H, W, 3]) of one picture or of several of one size, in float32 steps as in torch. */
export function normalize(images: Image | readonly Image[], options: Normalization = {}): Tensor<'float32'> {
  const batch = Array.isArray(images) ? (images as readonly Image[]) : [images as Image]
  const { width = 0, height = 0 } = batch[0] ?? {}
  const { layout = 'NCHW', channels = 'rgb' } = options
  const pixels = width * height
  const data = new Float32Array(batch.length * 3 * pixels)
  const tables = [0, 1, 2].map((channel) => table(channel, options))
  const [step, stride] = layout === 'NCHW' ? [1, pixels] : [3, 1]
  batch.forEach((image, n) => {
    if (image.width !== width || image.height !== height)
      throw new FoveaError(
        'FOVEA_SHAPE',
        `A batch needs pictures of one size; number ${n} has ${image.width}x${image.height} pixels, not ${width}x${height}.`,
      )
    tables.forEach((values, channel) => {
      const from = channels === 'rgb' ? channel : 2 - channel
      spread(image.data, from, values, data, n * 3 * pixels + channel * stride, step)
    })
  })
  return float32(layout === 'NCHW' ? [batch.length, 3, height, width] : [batch.length, height, width, 3], data)
}

/** Every third byte, from `from` on, as its value, `step` numbers apart. */
function spread(
  bytes: Uint8Array,
  from: number,
  values: Float32Array,
  out: Float32Array,
  start: number,
  step: number,
): void {
  for (let i = from, at = start; i < bytes.length; i += 3, at += step) out[at] = values[bytes[i] as number] as number
}

function table(channel: number, { scale = 1 / 255, mean, std }: Normalization): Float32Array {
  const m = Math.fround(mean?.[channel] ?? 0)
  const s = Math.fround(std?.[channel] ?? 1)
  return Float32Array.from({ length: 256 }, (_, v) => Math.fround(Math.fround(v * scale) - m) / s)
}

/** Picture `index` of a normalised tensor, rounded and clipped to 0-255: the inverse of `normalize`, for display. */
export function denormalize(input: Tensor<'float32'>, options: Normalization = {}, index = 0): Image {
  const { layout = 'NCHW', channels = 'rgb', scale = 1 / 255, mean, std } = options
  const [batch = 0, a = 0, b = 0, c = 0] = input.dims
  const [depth, height, width] = layout === 'NCHW' ? [a, b, c] : [c, a, b]
  if (input.dims.length !== 4 || depth !== 3 || !(index >= 0 && index < batch))
    throw new FoveaError('FOVEA_SHAPE', `No ${layout} picture ${index} of three channels in a tensor [${input.dims}].`)
  const pixels = width * height
  const data = new Uint8Array(3 * pixels)
  const [step, stride] = layout === 'NCHW' ? [1, pixels] : [3, 1]
  for (let channel = 0; channel < 3; channel++) {
    const to = channels === 'rgb' ? channel : 2 - channel
    for (let i = 0; i < pixels; i++) {
      const value = input.data[index * 3 * pixels + channel * stride + i * step] as number
      const pixel = (value * (std?.[channel] ?? 1) + (mean?.[channel] ?? 0)) / scale
      data[3 * i + to] = Math.min(255, Math.max(0, Math.round(pixel)))
    }
  }
  return { width, height, data }
}
