/**
 * Local orientation: the amplitude of a quadrature pair of Gabor filters, phase-free.
 *   g(x, y) = exp(-(x^2 + y^2) / 2 s^2) · exp(2 pi i u / P), u = distance across the bar; amplitude = |g * I|
 * 9x9 taps, period P = 7 px, s = P / 3, the even part freed of its mean. A full-contrast grating of period 7 gives 1.
 */

import type { Plane } from '../../tensor/index.ts'
import { mirror } from './pyramid.ts'

const radius = 4
const size = 2 * radius + 1
const period = 7
const sigma = period / 3

export interface GaborPair {
  readonly even: Float32Array
  readonly odd: Float32Array
}

/** @param degrees the direction of the bar it likes, counter-clockwise: 0 is -, 45 is /, 90 is |, 135 is \ */
export function gabor(degrees: number): GaborPair {
  const angle = (degrees * Math.PI) / 180
  const even = new Float32Array(size * size)
  const odd = new Float32Array(size * size)
  const window = new Float32Array(size * size)
  for (let y = -radius; y <= radius; y++)
    for (let x = -radius; x <= radius; x++) {
      const i = (y + radius) * size + x + radius
      const across = x * Math.sin(angle) + y * Math.cos(angle)
      const weight = Math.exp(-(x * x + y * y) / (2 * sigma * sigma))
      window[i] = weight
      even[i] = weight * Math.cos((2 * Math.PI * across) / period)
      odd[i] = weight * Math.sin((2 * Math.PI * across) / period)
    }
  const mean = sum(even) / sum(window)
  for (let i = 0; i < even.length; i++) even[i] = (even[i] as number) - mean * (window[i] as number)
  const gain = 4 / sum(window)
  return { even: even.map((v) => v * gain), odd: odd.map((v) => v * gain) }
}

const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0)

/** The amplitude at every pixel, the plane mirrored at its border. */
export function orientation(plane: Plane, { even, odd }: GaborPair): Plane {
  const { width, height } = plane
  const padded = pad(plane)
  const stride = width + 2 * radius
  const centre = radius * stride + radius
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const middle = y * stride + x + centre
      let e = (even[radius * size + radius] as number) * (padded[middle] as number)
      let o = 0
      // Each tap with its point reflection: the even filter adds the two pixels, the odd one subtracts them.
      for (let i = 0, dy = -radius; dy <= 0; dy++)
        for (let dx = -radius; dx <= radius && i < (size * size - 1) / 2; dx++, i++) {
          const step = dy * stride + dx
          const a = padded[middle + step] as number
          const b = padded[middle - step] as number
          e += (even[i] as number) * (a + b)
          o += (odd[i] as number) * (a - b)
        }
      out[y * width + x] = Math.sqrt(e * e + o * o)
    }
  return { width, height, data: out }
}

function pad(plane: Plane): Float32Array {
  const { width, height, data } = plane
  const stride = width + 2 * radius
  const out = new Float32Array(stride * (height + 2 * radius))
  const columns = Array.from({ length: stride }, (_, x) => mirror(x - radius, width))
  for (let y = 0; y < height + 2 * radius; y++) {
    const from = mirror(y - radius, height) * width
    for (let x = 0; x < stride; x++) out[y * stride + x] = data[from + (columns[x] as number)] as number
  }
  return out
}
