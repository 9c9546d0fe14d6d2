/** Sums over masks, pixel by pixel: in WebAssembly (masks.c), a few masks at once, or, without SIMD, in TypeScript; the same bits. */

import { mostBytes } from '../../../platform/index.ts'
import { hasSimd, roomOf } from './kernels.ts'

export interface Sums {
  /** Adds a mask m with three factors. */
  add(mask: ArrayLike<number>, factors: readonly [number, number, number]): void
  /** For each factor f the sums of f m, and of f m^2: [f0 m, f0 m^2, f1 m, …]; views that later masks change. */
  read(): readonly Float64Array[]
}

/** Masks at once: each sum is then read and written once for all of them. */
const atOnce = 8

export function sumsOf(pixels: number, simd = hasSimd()): Sums {
  const even = pixels + (pixels % 2)
  if (!simd || 6 * 8 * even > mostBytes) return twin(pixels)
  const { kernel, buffer, take } = roomOf(even * (6 * 8 + atOnce * 4) + atOnce * 3 * 8 + 3 * 64)
  const [sums, waiting, terms] = [take(6 * 8 * even), take(atOnce * 4 * even), take(atOnce * 3 * 8)]
  const masks = new Float32Array(buffer, waiting, atOnce * even).fill(0)
  const factors = new Float64Array(buffer, terms, atOnce * 3)
  const made = new Float64Array(buffer, sums, 6 * even).fill(0)
  let count = 0
  const flush = () => {
    kernel.add(sums, waiting, terms, even, count)
    count = 0
  }
  return {
    add(mask, three) {
      masks.set(mask, count * even)
      factors.set(three, 3 * count)
      count++
      if (count === atOnce) flush()
    },
    read() {
      flush()
      return Array.from({ length: 6 }, (_, k) => made.subarray(k * even, k * even + pixels))
    },
  }
}

function twin(pixels: number): Sums {
  const sums = Array.from({ length: 6 }, () => new Float64Array(pixels))
  return {
    add(mask, factors) {
      factors.forEach((factor, k) => {
        const [plain, squared] = [sums[2 * k], sums[2 * k + 1]] as [Float64Array, Float64Array]
        for (let i = 0; i < pixels; i++) {
          const m = Math.fround(mask[i] as number)
          plain[i] = (plain[i] as number) + factor * m
          squared[i] = (squared[i] as number) + factor * (m * m)
        }
      })
    },
    read: () => sums,
  }
}
