/** The masks' kernels and their twins give the same bits; masks against a grid enlarged cell by cell. */

import { describe, expect, test } from 'vitest'
import { enlarger } from '../../../src/explain/perturbation/enlarge.ts'
import { linesBetween } from '../../../src/explain/perturbation/wasm/between.ts'
import { layOver } from '../../../src/explain/perturbation/wasm/lay.ts'
import { sumsOf } from '../../../src/explain/perturbation/wasm/sums.ts'
import { random } from '../../../src/tensor/index.ts'

const { uniform } = random(8)
const floats = (length: number, from: number) => Float32Array.from({ length }, (_, i) => 3 * uniform(from + i) - 1)
/** Shares of which some are exactly 0 and 1. */
const shares = (length: number, from: number) =>
  Float32Array.from({ length }, (_, i) => Math.min(1, Math.max(0, 2 * uniform(from + i) - 0.5)))

describe.each([1, 2, 3, 7, 64, 1001])('%i pixels', (pixels) => {
  test.each([1, 3])('a picture over another, in planes: %i', (planes) => {
    const [above, below] = [floats(planes * pixels, 0), floats(planes * pixels, 9000)]
    const [fast, slow] = [layOver(above, below, planes, true), layOver(above, below, planes, false)]
    for (const from of [0, 500]) {
      const mask = shares(pixels, from)
      const [a, b] = [new Float32Array(planes * pixels), new Float32Array(planes * pixels)]
      fast(mask, a)
      slow(mask, b)
      expect(a).toEqual(b)
      a.forEach((value, i) => {
        const share = mask[i % pixels] as number
        const [own, under] = [above[i] as number, below[i] as number]
        if (share === 0 || share === 1) expect(value).toBe(share ? own : under)
        else expect(Math.abs(value - (under + share * (own - under)))).toBeLessThan(5e-7)
      })
    }
  })

  test.each([1, 2, 5])('lines between others: %i', (count) => {
    const lines = floats(count * pixels, 70)
    const height = 9
    const first = Int32Array.from({ length: height }, (_, y) => Math.min(y % count, Math.max(0, count - 2)))
    const share = shares(height, 33)
    const made = [true, false].map((simd) => {
      const to = new Float32Array(height * pixels)
      linesBetween(count, pixels, height, simd)(lines, first, share, to)
      return to
    })
    expect(made[0]).toEqual(made[1])
  })

  // Eight are added at once.
  test.each([0, 1, 8, 21])('sums of masks: %i', (count) => {
    const [fast, slow] = [sumsOf(pixels, true), sumsOf(pixels, false)]
    for (let n = 0; n < count; n++) {
      const mask = shares(pixels, 100 * n)
      const factors = [uniform(n), uniform(n + 50) - 0.5, uniform(n + 90) * 1e-3] as const
      fast.add(mask, factors)
      slow.add(mask, factors)
      if (n === 9) expect(fast.read()).toEqual(slow.read())
    }
    expect(fast.read()).toEqual(slow.read())
    expect(fast.read()).toHaveLength(6)
  })
})

describe.each([true, false])('soft: %s', (soft) => {
  test.each([
    [1, 4, 6, 0, 0],
    [3, 12, 9, 0, 0],
    [4, 10, 13, 2, 3],
  ])('%i cells as %i x %i', (side, height, width, top, left) => {
    const cells = Math.max(1, side - (top ? 1 : 0))
    const { steps, enlarged } = enlarger({ height, width }, cells, soft, side)
    const grid = floats(side * side, 40)
    const room = new Float32Array(height * width).fill(9)
    const made = enlarged(grid, room, top, left)
    expect(made).toBe(room)
    const at = (y: number, x: number) => grid[y * side + x] as number
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const place = (i: number, step: number) =>
          soft ? Math.min(Math.max((i + 0.5) / step - 0.5, 0), side - 1) : Math.floor(i / step)
        const [v, u] = [place(y + top, steps[0]), place(x + left, steps[1])]
        const [i, j] = [Math.floor(v), Math.floor(u)]
        const [below, right] = [Math.min(i + 1, side - 1), Math.min(j + 1, side - 1)]
        const wanted =
          (1 - (v - i)) * ((1 - (u - j)) * at(i, j) + (u - j) * at(i, right)) +
          (v - i) * ((1 - (u - j)) * at(below, j) + (u - j) * at(below, right))
        expect(Math.abs((made[y * width + x] as number) - wanted)).toBeLessThan(1e-6)
      }
  })
})
