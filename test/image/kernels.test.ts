/** The kernels and their twins give the same bits. */

import { describe, expect, test } from 'vitest'
import { blurred } from '../../src/image/wasm/blur.ts'
import { filtered } from '../../src/image/wasm/png.ts'
import { random } from '../../src/tensor/index.ts'

const { uniform } = random(5)
const bytes = (length: number, smooth: number) =>
  Uint8Array.from({ length }, (_, i) => 128 + 100 * Math.sin(i / smooth) + 20 * uniform(i))

describe.each([
  [1, 1],
  [1, 7],
  [5, 1],
  [16, 3],
  [37, 21],
  [200, 9],
])('%i x %i', (width, height) => {
  test.each([3, 4])('row filters, %i bytes a pixel', (step) => {
    for (const smooth of [0.1, 7, 1000]) {
      const data = bytes(step * width * height, smooth)
      const args = [data, step * width, height, step] as const
      expect(filtered(...args, true)).toEqual(filtered(...args, false))
    }
    const extremes = bytes(step * width * height, 0.1).map((byte) => (byte & 1 ? 255 : byte & 2 ? 128 : 0))
    const args = [extremes, step * width, height, step] as const
    expect(filtered(...args, true)).toEqual(filtered(...args, false))
  })

  test.each([1, 2, 30])('blur of radius %i', (radius) => {
    const data = Float32Array.from({ length: width * height }, (_, i) => uniform(i) - 0.3)
    const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => uniform(i + 7))
    expect(blurred(data, width, height, kernel, true)).toEqual(blurred(data, width, height, kernel, false))
  })
})
