/** Dyadic Gaussian pyramids: level n is the plane blurred and halved n times. Pixel i of a level lies at 2^n i. */

import type { Plane } from '../../tensor/index.ts'

/** Blur with [1 4 6 4 1] / 16 in both directions (mirrored at the border), keep pixels 0, 2, 4, …: ceil(size / 2). */
export function halve(plane: Plane): Plane {
  const { width, height, data } = plane
  const w = Math.ceil(width / 2)
  const h = Math.ceil(height / 2)
  const rows = new Float32Array(w * height)
  const column = taps(width, w)
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width)
    for (let x = 0; x < w; x++) rows[y * w + x] = five(row, column, 5 * x, 1, 0)
  }
  const line = taps(height, h)
  const out = new Float32Array(w * h)
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out[y * w + x] = five(rows, line, 5 * y, w, x)
  return { width: w, height: h, data: out }
}

function five(from: Float32Array, taps: Int32Array, t: number, stride: number, offset: number): number {
  const a = from[(taps[t] as number) * stride + offset] as number
  const b = from[(taps[t + 1] as number) * stride + offset] as number
  const c = from[(taps[t + 2] as number) * stride + offset] as number
  const d = from[(taps[t + 3] as number) * stride + offset] as number
  const e = from[(taps[t + 4] as number) * stride + offset] as number
  return (a + e + 4 * (b + d) + 6 * c) / 16
}

/** The five source positions of each kept sample, mirrored as often as a tiny image needs. */
function taps(size: number, kept: number): Int32Array {
  const out = new Int32Array(5 * kept)
  for (let i = 0; i < kept; i++) for (let k = 0; k < 5; k++) out[5 * i + k] = mirror(2 * i + k - 2, size)
  return out
}

/** Reflection without repeating the edge: … 2 1 | 0 1 2 … */
export function mirror(i: number, size: number): number {
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const folded = ((i % period) + period) % period
  return folded < size ? folded : period - folded
}

/** Levels 0 to `top`. */
export function pyramid(plane: Plane, top: number): Plane[] {
  const levels = [plane]
  for (let n = 1; n <= top; n++) levels.push(halve(levels[n - 1] as Plane))
  return levels
}

/** Bilinear interpolation onto a finer level: fine pixel x reads the coarse plane at x / factor. */
export function enlarge(plane: Plane, width: number, height: number, factor: number): Plane {
  const { data } = plane
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const v = Math.min(y / factor, plane.height - 1)
    const top = Math.floor(v) * plane.width
    const bottom = Math.min(Math.floor(v) + 1, plane.height - 1) * plane.width
    const q = v - Math.floor(v)
    for (let x = 0; x < width; x++) {
      const u = Math.min(x / factor, plane.width - 1)
      const left = Math.floor(u)
      const right = Math.min(left + 1, plane.width - 1)
      const p = u - left
      const above = (data[top + left] as number) * (1 - p) + (data[top + right] as number) * p
      const below = (data[bottom + left] as number) * (1 - p) + (data[bottom + right] as number) * p
      out[y * width + x] = above * (1 - q) + below * q
    }
  }
  return { width, height, data: out }
}
