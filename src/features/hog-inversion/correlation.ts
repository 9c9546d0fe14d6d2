/** How alike two pictures are up to brightness and contrast; and a photograph at the resolution of an inversion. */

import { FoveaError } from '../../error/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { grey } from '../grey.ts'

/**
 * Normalised cross-correlation of two planes of one size: sum (a - mean a)(b - mean b) / (|a - mean a| |b - mean b|), in
 * -1..1; 0 when one of them is even.
 * @throws FoveaError FOVEA_SHAPE for different sizes
 */
export function correlation(a: Plane, b: Plane): number {
  if (a.width !== b.width || a.height !== b.height)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `A ${a.width}x${a.height} plane cannot be compared with one of ${b.width}x${b.height}.`,
    )
  const mean = (data: Float32Array) => data.reduce((sum, v) => sum + v, 0) / data.length
  const [ma, mb] = [mean(a.data), mean(b.data)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.data.length; i++) {
    const u = (a.data[i] as number) - ma
    const v = (b.data[i] as number) - mb
    ab += u * v
    aa += u * u
    bb += v * v
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}

/** Grey means of 2x2 pixels, cut to `width` x `height` (repeating the last where the photograph ends before). */
export function halved(image: Image, width: number, height: number): Plane {
  const source = grey(image)
  const data = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let k = 0; k < 4; k++) {
        const u = Math.min(image.width - 1, 2 * x + (k & 1))
        const v = Math.min(image.height - 1, 2 * y + (k >> 1))
        sum += source.data[v * image.width + u] as number
      }
      data[y * width + x] = sum / 4
    }
  return { width, height, data }
}
