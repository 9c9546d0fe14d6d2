/** The kernel's passes and their twin's give the same bytes. */

import { describe, expect, test } from 'vitest'
import { type Pass, resample } from '../../src/image/wasm/resample.ts'
import { pattern } from './pattern.ts'

const pass = (axis: 'x' | 'y', first: number[], weights: number[][]): Pass => {
  const taps = Math.max(...weights.map((list) => list.length))
  return {
    axis,
    taps,
    first: Int32Array.from(first),
    count: Int32Array.from(weights, (list) => list.length),
    weights: Int32Array.from(weights.flatMap((list) => Array.from({ length: taps }, (_, i) => list[i] ?? 7))),
  }
}
const one = 2 ** 22

describe.each([
  [1, 1],
  [5, 3],
  [6, 2],
  [37, 21],
])('%i x %i', (width, height) => {
  const image = pattern(width, height)
  const last = (axis: 'x' | 'y') => (axis === 'x' ? width : height) - 1

  test.each([['x'], ['y'], ['xy'], ['yx']])('passes %s', (axes) => {
    const passes = [...axes].map((axis) => {
      const end = last(axis as 'x' | 'y')
      const over = Math.max(0, end - 1)
      return pass(axis as 'x' | 'y', [0, end, over, 0], [[one], [one / 3], [one * 1.5, -one].slice(0, end + 1), []])
    })
    const simd = resample(image, passes, true)
    expect(simd).toEqual(resample(image, passes, false))
    expect([simd.width, simd.height]).toEqual([axes.includes('x') ? 4 : width, axes.includes('y') ? 4 : height])
  })

  test('no pass is a copy', () => {
    expect(resample(image, [], true)).toEqual(resample(image, [], false))
  })
})
