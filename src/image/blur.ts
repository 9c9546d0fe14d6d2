/** Gaussian blur of pictures and planes by two passes of a sampled kernel; edges replicate, NaN stays "no data". */

import { FoveaError } from '../error/index.ts'
import type { Image, Plane } from '../tensor/index.ts'
import { blurred } from './wasm/blur.ts'

/**
 * The picture or plane blurred with standard deviation `sigma` in pixels; sigma 0 gives a copy.
 *
 * g(k) = exp(-k^2 / (2 sigma^2)) / sum, |k| <= round(4 sigma): SciPy's gaussian_filter(mode='nearest'). A NaN pixel
 * stays NaN and gives nothing to its neighbours (the kernel is renormalised over the pixels with data).
 * @throws FoveaError FOVEA_USAGE for a negative or infinite sigma
 */
export function blur(source: Image, sigma: number): Image
export function blur(source: Plane, sigma: number): Plane
export function blur(source: Image | Plane, sigma: number): Image | Plane {
  if (!(sigma >= 0 && Number.isFinite(sigma)))
    throw new FoveaError('FOVEA_USAGE', `The blur's sigma must be a number of pixels from 0 up, not ${sigma}.`)
  const { width, height } = source
  if (source.data instanceof Float32Array) return { width, height, data: blurPlane(source.data, width, height, sigma) }
  const data = new Uint8Array(source.data.length)
  const channel = new Float32Array(width * height)
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < channel.length; i++) channel[i] = source.data[3 * i + c] as number
    const soft = smooth(channel, width, height, sigma)
    for (let i = 0; i < channel.length; i++) data[3 * i + c] = Math.round(soft[i] as number)
  }
  return { width, height, data }
}

function blurPlane(data: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const weight = new Float32Array(data.length).fill(1)
  const known = data.slice()
  let holes = false
  for (let i = 0; i < data.length; i++) {
    if (!Number.isNaN(data[i])) continue
    weight[i] = known[i] = 0
    holes = true
  }
  const sum = smooth(known, width, height, sigma)
  if (!holes) return sum
  const total = smooth(weight, width, height, sigma)
  for (let i = 0; i < data.length; i++)
    sum[i] = Number.isNaN(data[i]) ? Number.NaN : (sum[i] as number) / (total[i] as number)
  return sum
}

function smooth(data: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma === 0) return data.slice()
  return blurred(data, width, height, gaussian(sigma))
}

/** The normalised kernel, 2 round(4 sigma) + 1 samples. */
export function gaussian(sigma: number): Float64Array {
  const radius = Math.max(1, Math.trunc(4 * sigma + 0.5))
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2))
  const sum = kernel.reduce((a, b) => a + b)
  return kernel.map((w) => w / sum)
}
