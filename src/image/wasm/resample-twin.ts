/** resample.c said again in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the kernel is tested against. */

import type { Image } from '../../tensor/index.ts'
import { type Pass, precision } from './resample.ts'

export const twin = (image: Image, passes: readonly Pass[]): Image =>
  passes.reduce((source, pass) => (pass.axis === 'x' ? horizontal(source, pass) : vertical(source, pass)), image)

const clip = (sum: number) => {
  const value = sum >> precision
  return value < 0 ? 0 : value > 255 ? 255 : value
}

function horizontal(image: Image, { taps, first, count, weights }: Pass): Image {
  const width = first.length
  const source = image.data
  const data = new Uint8Array(3 * width * image.height)
  for (let y = 0, out = 0; y < image.height; y++) {
    const row = 3 * y * image.width
    for (let x = 0; x < width; x++, out += 3) {
      let red = 1 << (precision - 1)
      let green = red
      let blue = red
      let at = row + 3 * (first[x] as number)
      const last = x * taps + (count[x] as number)
      for (let j = x * taps; j < last; j++, at += 3) {
        const weight = weights[j] as number
        red += weight * (source[at] as number)
        green += weight * (source[at + 1] as number)
        blue += weight * (source[at + 2] as number)
      }
      data[out] = clip(red)
      data[out + 1] = clip(green)
      data[out + 2] = clip(blue)
    }
  }
  return { width, height: image.height, data }
}

function vertical(image: Image, { taps, first, count, weights }: Pass): Image {
  const height = first.length
  const stride = 3 * image.width
  const data = new Uint8Array(stride * height)
  const sums = new Int32Array(stride)
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (precision - 1))
    for (let j = 0; j < (count[y] as number); j++) {
      const weight = weights[y * taps + j] as number
      const row = ((first[y] as number) + j) * stride
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + weight * (image.data[row + i] as number)
    }
    for (let i = 0; i < stride; i++) data[y * stride + i] = clip(sums[i] as number)
  }
  return { width: image.width, height, data }
}
