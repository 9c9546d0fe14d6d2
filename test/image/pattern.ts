/** The test picture of scripts/image/reference.py: an integer formula, smooth in places, sharp in others. */

import type { Image } from '../../src/tensor/index.ts'

export function pattern(width: number, height: number): Image {
  const data = new Uint8Array(3 * width * height)
  let out = 0
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const checker = ((Math.floor(x / 8) + Math.floor(y / 8)) % 2) * 255
      data[out++] = Math.floor((x * 255) / Math.max(1, width - 1)) ^ checker
      data[out++] = Math.floor((x * x + 3 * y * y + x * y) / 16) % 256
      data[out++] = (x * 7919 + y * 104729 + x * y * 31) % 256
    }
  return { width, height, data }
}
