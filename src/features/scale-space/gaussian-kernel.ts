/** The sampled Gaussian as a kernel: what blurs a scale space, and the surface that explains it. No pixels here. */

import { FoveaError } from '../../error/index.ts'
import { roundEven } from '../round-even.ts'

/**
 * The half of the 1-D kernel from its centre on: g(i) = exp(-i^2 / (2 sigma^2)), normalised so that the whole kernel
 * (`length - 1` weights on either side) sums to 1. The whole has round(8 sigma + 1) weights, made odd: ±4 sigma, which
 * is OpenCV's size for float images.
 * @throws FoveaError FOVEA_USAGE for a sigma that is not in (0, 63]
 */
export function gaussianKernel(sigma: number): Float32Array {
  if (!(sigma > 0 && sigma <= 63))
    throw new FoveaError('FOVEA_USAGE', `A Gaussian kernel needs a sigma above 0 and at most 63 samples, not ${sigma}.`)
  const radius = Math.floor(roundEven(8 * sigma + 1) / 2)
  const weights = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)))
  const sum = weights.reduce((total, w, i) => total + (i === 0 ? w : 2 * w), 0)
  return Float32Array.from(weights, (w) => w / sum)
}

/** The 2-D kernel, rows from the top: g(x, y) = g(x) g(y), (2 radius + 1)^2 weights that sum to 1. */
export function gaussianSurface(sigma: number): { readonly size: number; readonly weights: Float32Array } {
  const half = gaussianKernel(sigma)
  const size = 2 * half.length - 1
  const at = (i: number) => half[Math.abs(i - half.length + 1)] as number
  const weights = Float32Array.from({ length: size * size }, (_, i) => at(i % size) * at(Math.floor(i / size)))
  return { size, weights }
}
