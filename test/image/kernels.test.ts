/** The kernels and their twins give the same bits. */

import { describe, expect, test } from 'vitest'
import { fromLinear } from '../../src/image/light.ts'
import { blurred } from '../../src/image/wasm/blur.ts'
import { type Brush, paint } from '../../src/image/wasm/paint.ts'
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

  test.each([true, false])('a heatmap, alone: %s', (alone) => {
    const photo = { width, height, data: bytes(3 * width * height, 2) }
    const data = Float32Array.from({ length: width * height }, (_, i) =>
      i % 7 === 3 ? Number.NaN : 2 * uniform(i) - 0.7,
    )
    for (const [magnitude, absolute] of [
      [false, false],
      [true, false],
      [true, true],
    ] as const)
      for (const max of [0, 0.9]) {
        const lights = Float64Array.from({ length: 771 }, (_, i) => (i < 768 ? i / 800 : 0))
        const levels = Uint8Array.from({ length: 771 }, (_, i) => 255 - (i % 256))
        const brush: Brush = {
          ...{
            min: absolute ? 0 : -max,
            max,
            opacity: 0.8,
            threshold: 0.2,
            lights,
            levels,
            alone,
            magnitude,
            absolute,
          },
        }
        expect(paint(photo, { width, height, data }, brush, true)).toEqual(
          paint(photo, { width, height, data }, brush, false),
        )
      }
  })
})

test('dark levels lie where the formula has them, to the last bit', () => {
  const exact = (light: number) =>
    Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055))
  const bits = new BigInt64Array(1)
  const number = new Float64Array(bits.buffer)
  for (let level = 0; level < 38; level++) {
    let [below, above] = [0, 0.02]
    for (let middle = 0.01; middle > below && middle < above; middle = (below + above) / 2)
      if (exact(middle) > level) above = middle
      else below = middle
    number[0] = above
    for (let step = -4; step <= 4; step++) {
      const near = new Float64Array(BigInt64Array.of((bits[0] as bigint) + BigInt(step)).buffer)[0] as number
      expect(fromLinear(near)).toBe(exact(near))
    }
  }
  for (let i = 0; i < 20_000; i++) expect(fromLinear(i / 1e6)).toBe(exact(i / 1e6))
})
