/**
 * kernel.c said again in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the kernel is tested
 * against. Every product and sum is rounded to float32 in the kernel's order, so that both give the same bits.
 */

import type { Plane } from '../../tensor/index.ts'

const f = Math.fround

/** REFLECT_101: … 2 1 0 1 2 … n-2 n-1 n-2 …, repeated where the radius exceeds the size. */
export function reflect(index: number, size: number): number {
  if (size === 1) return 0
  let i = index
  while (i < 0 || i >= size) i = i < 0 ? -i : 2 * (size - 1) - i
  return i
}

/** `to` = `from` blurred by the separable kernel k[0..radius] (from its centre); `difference` = to - from. */
export function blur(from: Plane, to: Plane, difference: Plane | null, kernel: Float32Array): void {
  const { width, height } = from
  const radius = kernel.length - 1
  const across = new Float32Array(width * height)
  const padded = new Float32Array(width + 2 * radius)
  const out = new Float32Array(width)
  const twins = Array.from({ length: radius + 1 }, (_, i) => [radius - i, radius + i] as const)
  for (let y = 0; y < height; y++) {
    for (let x = -radius; x < width + radius; x++)
      padded[x + radius] = from.data[y * width + reflect(x, width)] as number
    weigh(padded, twins, kernel, out)
    across.set(out, y * width)
  }
  for (let y = 0; y < height; y++) {
    const rows = twins.map((_, i) => [reflect(y - i, height) * width, reflect(y + i, height) * width] as const)
    weigh(across, rows, kernel, out)
    to.data.set(out, y * width)
  }
  if (difference)
    for (let i = 0; i < to.data.length; i++) difference.data[i] = f((to.data[i] as number) - (from.data[i] as number))
}

/** out[x] = k[0] c[x] + sum over i of k[i] (before_i[x] + after_i[x]); `offsets` say where each line begins in `data`. */
function weigh(
  data: Float32Array,
  offsets: readonly (readonly [number, number])[],
  kernel: Float32Array,
  out: Float32Array,
): void {
  const centre = offsets[0]?.[0] ?? 0
  const k0 = kernel[0] as number
  for (let x = 0; x < out.length; x++) out[x] = k0 * (data[centre + x] as number)
  for (let i = 1; i < kernel.length; i++) {
    const k = kernel[i] as number
    const [before, after] = offsets[i] as readonly [number, number]
    for (let x = 0; x < out.length; x++) {
      const pair = f((data[before + x] as number) + (data[after + x] as number))
      out[x] = f((out[x] as number) + f(k * pair))
    }
  }
}

/** How a line is doubled: 2i = w0 a[i-1] + w1 a[i], 2i+1 = w2 a[i-1] + w3 a[i] + w4 a[i+1] + w5 a[i+2]. */
export interface Doubling {
  readonly weights: readonly [number, number, number, number, number, number]
  /** Beyond the ends: mirrored without repeating the last sample, or the last sample held. */
  readonly mirror: boolean
}

/** `to` (twice as wide and high) = `from` doubled along x, then along y. */
export function enlarge(from: Plane, to: Plane, { weights, mirror }: Doubling): void {
  const { width, height } = from
  const w = Float32Array.from(weights)
  const outside = (i: number, size: number) => (mirror ? reflect(i, size) : Math.min(Math.max(i, 0), size - 1))
  const across = new Float32Array(2 * width * height)
  const double = (data: Float32Array, at: readonly number[], even: Float32Array, odd: Float32Array, to2: number) => {
    const [a, b, c, d] = at.map((i) => data[i] as number) as [number, number, number, number]
    const [w0, w1, w2, w3, w4, w5] = w as unknown as [number, number, number, number, number, number]
    even[to2] = f(f(w0 * a) + f(w1 * b))
    odd[to2] = f(f(f(f(w2 * a) + f(w3 * b)) + f(w4 * c)) + f(w5 * d))
  }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = [-1, 0, 1, 2].map((i) => y * width + outside(x + i, width))
      double(from.data, at, across, across.subarray(1), 2 * (y * width + x))
    }
  const wide = 2 * width
  for (let y = 0; y < height; y++) {
    const rows = [-1, 0, 1, 2].map((i) => outside(y + i, height) * wide)
    const [even, odd] = [to.data.subarray(2 * y * wide), to.data.subarray((2 * y + 1) * wide)]
    for (let x = 0; x < wide; x++)
      double(
        across,
        rows.map((row) => row + x),
        even,
        odd,
        x,
      )
  }
}

/** Pixel indices of `at` beyond ±threshold that none of the 26 neighbours exceeds (undercuts); equals are allowed. */
export function extrema(below: Plane, at: Plane, above: Plane, border: number, threshold: number): Int32Array {
  const { width, height } = at
  const found: number[] = []
  const planes = [at.data, below.data, above.data]
  const steps = [-width - 1, -width, -width + 1, -1, 0, 1, width - 1, width, width + 1]
  for (let y = border; y < height - border; y++)
    for (let x = border; x < width - border; x++) {
      const here = y * width + x
      const v = at.data[here] as number
      if (!(Math.abs(v) > threshold)) continue
      const sign = v > 0 ? 1 : -1
      if (planes.every((plane) => steps.every((step) => sign * v >= sign * (plane[here + step] as number))))
        found.push(here)
    }
  return Int32Array.from(found)
}

/** Descriptors as the kernel reads them: `count` rows of `dim` 16-bit integers and their squared lengths. */
export interface Rows {
  readonly count: number
  readonly dim: number
  readonly data: Int16Array
  readonly norms: Int32Array
}

/**
 * Per query four integers: index and squared distance of the nearest row, index and squared distance of the nearest row
 * of another group than that one's; -1 where there is none.
 */
export function nearest(query: Rows, rows: Rows, groups: Int32Array): Int32Array {
  const out = new Int32Array(4 * query.count)
  for (let i = 0; i < query.count; i++) {
    let first = -1
    let second = -1
    let d1 = 0x7fffffff
    let d2 = 0x7fffffff
    for (let j = 0; j < rows.count; j++) {
      let dot = 0
      for (let c = 0; c < rows.dim; c++)
        dot += (query.data[i * rows.dim + c] as number) * (rows.data[j * rows.dim + c] as number)
      const d = (query.norms[i] as number) + (rows.norms[j] as number) - 2 * dot
      if (d >= d2) continue
      const other = first < 0 || groups[j] !== groups[first]
      if (d < d1) {
        if (first >= 0 && other) {
          second = first
          d2 = d1
        }
        first = j
        d1 = d
      } else if (other) {
        second = j
        d2 = d
      }
    }
    out.set([first, d1, second, d2], 4 * i)
  }
  return out
}
