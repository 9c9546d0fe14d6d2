/** Pictures for the tests of features: photographs of examples/photos, and the noise that the golden scripts make too. */

import sharp from 'sharp'
import { grey } from '../../src/features/grey.ts'
import type { Image, Plane } from '../../src/tensor/index.ts'

export async function photo(name: string): Promise<Image> {
  const path = new URL(`../../examples/photos/${name}`, import.meta.url).pathname
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  if (info.channels === 3) return { width: info.width, height: info.height, data: new Uint8Array(data) }
  const rgb = new Uint8Array(3 * info.width * info.height)
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3)] as number
  return { width: info.width, height: info.height, data: rgb }
}

/** A photograph's grey values, or noise: `photoGrey('noise 37x53')`. */
export async function photoGrey(name: string): Promise<Plane> {
  const size = /^noise (\d+)x(\d+)$/.exec(name)
  return size ? noise(Number(size[1]), Number(size[2])) : grey(await photo(name))
}

/** Whole numbers 0..255 of a linear congruential generator, as scripts/features/opencv-hough.py draws them. */
export function noise(width: number, height: number): Plane {
  const data = new Float32Array(width * height)
  let state = 1
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[i] = state >>> 24
  }
  return { width, height, data }
}

export function crop(image: Image, x: number, y: number, width: number, height: number): Image {
  const data = new Uint8Array(3 * width * height)
  for (let row = 0; row < height; row++) {
    const from = 3 * ((y + row) * image.width + x)
    data.set(image.data.subarray(from, from + 3 * width), 3 * row * width)
  }
  return { width, height, data }
}
