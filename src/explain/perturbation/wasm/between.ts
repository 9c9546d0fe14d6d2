/** Lines between others: in WebAssembly (masks.c) or, without SIMD, in TypeScript; the same bits. */

import { mostBytes } from '../../../platform/index.ts'
import { beyond, hasSimd, roomOf } from './kernels.ts'

/**
 * Lines [count, width] become [height, width]: line y is line `first[y]`, and `share[y]` of the way to the next (with one line only, to
 * itself).
 */
export type Between = (lines: Float32Array, first: Int32Array, share: Float32Array, to: Float32Array) => void

export function linesBetween(count: number, width: number, height: number, simd = hasSimd()): Between {
  const next = count > 1 ? width : 0
  if (!simd || 4 * width * height > mostBytes) return twin(width, next)
  const sizes = [count * width, height, height, width * height].map((length) => 4 * (length + beyond))
  const { kernel, buffer, take } = roomOf(sizes.reduce((a, b) => a + b) + 4 * 64)
  const [from, firsts, shares, made] = sizes.map(take) as [number, number, number, number]
  const given = new Float32Array(buffer, from, count * width)
  const [before, weights] = [new Int32Array(buffer, firsts, height), new Float32Array(buffer, shares, height)]
  const out = new Float32Array(buffer, made, width * height)
  return (lines, first, share, to) => {
    given.set(lines)
    before.set(first)
    weights.set(share)
    kernel.between(from, firsts, shares, next, width, height, made)
    to.set(out)
  }
}

const twin =
  (width: number, next: number): Between =>
  (lines, first, share, to) => {
    const round = Math.fround
    share.forEach((weight, y) => {
      const near = (first[y] as number) * width
      for (let x = 0; x < width; x++) {
        const low = lines[near + x] as number
        to[y * width + x] = low + round(weight * round((lines[near + next + x] as number) - low))
      }
    })
  }
