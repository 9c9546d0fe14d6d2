/** XRAI's order of regions, and self-taught localisation's box. */

import { describe, expect, test } from 'vitest'
import { byDensity, widened } from '../../../src/explain/perturbation/xrai.ts'
import { explained, scoring } from './functions.ts'

describe('XRAI', () => {
  const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i)

  test('three regions with densities 3 > 2 > 1: their order and areas', () => {
    const attribution = Float64Array.from({ length: 60 }, (_, i) => (i < 10 ? 2 : i < 40 ? 1 : 3))
    const { density: data, order } = byDensity(attribution, [range(0, 10), range(10, 40), range(40, 60)], 1)
    expect(order).toEqual([2, 0, 1])
    expect([...data]).toEqual([...attribution])
    const { rank } = byDensity(attribution, [range(0, 10), range(10, 40), range(40, 60)], 1)
    expect([rank[59], rank[9], rank[39]]).toEqual([1, Math.fround(2 / 3), 0.5])
  })

  test('what is equally dense comes together', () => {
    const { rank } = byDensity(new Float64Array(30).fill(2), [range(0, 10), range(10, 25)], 1)
    expect(new Set(rank).size).toBe(1)
  })

  test('only what is not covered yet counts: an overlap raises or lowers the rest', () => {
    // A: 0 … 9 of 4. B: 5 … 19: half of A, and 10 of 1, so that it is 2 alone, and 1 behind A. C: 20 … 24 of 1.5.
    const attribution = Float64Array.from({ length: 25 }, (_, i) => (i < 10 ? 4 : i < 20 ? 1 : 1.5))
    const { density: data, order } = byDensity(attribution, [range(0, 10), range(5, 20), range(20, 25)], 1)
    expect(order).toEqual([0, 2, 1])
    expect([...data]).toEqual([...attribution])
  })

  test('regions that add too little are left out; what nobody covers has its own mean', () => {
    const attribution = Float64Array.from({ length: 20 }, (_, i) => (i < 8 ? 5 : i < 10 ? 9 : i))
    const { density: data, order } = byDensity(attribution, [range(0, 8), range(8, 10)], 3)
    expect(order).toEqual([0])
    expect(data[9]).toBeCloseTo((2 * 9 + 145) / 12, 5)
  })

  test('a widened region is a square around each of its pixels, cut off at the border', () => {
    expect([...widened([0], 5, 4, 1)]).toEqual([0, 1, 5, 6])
    expect(widened([7], 5, 4, 1).length).toBe(9)
    expect([...widened([3, 4], 5, 4, 0)]).toEqual([3, 4])
  })
})

describe('self-taught localisation', () => {
  test('the box of a patch that the score reads, and a map that is highest there', async () => {
    const [width, height] = [24, 24]
    const inPatch = (i: number) =>
      i % width >= 8 && i % width < 16 && Math.floor(i / width) % height >= 4 && Math.floor(i / width) % height < 16
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (inPatch(Math.floor(i / 3)) ? 220 : 60))
    // All of it is needed: each piece that is hidden costs the same.
    const score = scoring((pixels) => pixels.filter((_, i) => inPatch(i)).reduce((sum, v) => sum + v, 0))
    const { raw, details } = await explained(
      score,
      { width, height, data },
      {
        method: 'self-taught',
        options: { groups: 'grid', segments: 36 },
      },
    )
    expect(details?.box).toBe('8,4 8x12')
    const inside = raw.data.filter((_, i) => inPatch(i))
    const outside = raw.data.filter((_, i) => !inPatch(i))
    expect(Math.min(...inside)).toBeGreaterThan(Math.max(...outside))
  })
})
