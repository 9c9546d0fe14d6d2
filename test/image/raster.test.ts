/** Antialiased filling: the covered area of each pixel, against closed forms. */

import { expect, test } from 'vitest'
import { cover, type Point } from '../../src/image/raster.ts'
import { random } from '../../src/tensor/index.ts'

const sum = (data: Float32Array) => data.reduce((a, b) => a + b, 0)

test('the coverage of a triangle sums to its area, whichever way round', () => {
  const { uniform } = random(3)
  for (let i = 0; i < 50; i++) {
    const corner = (k: number): Point => [30 * uniform(6 * i + 2 * k) - 10, 30 * uniform(6 * i + 2 * k + 1) - 10]
    const [a, b, c] = [corner(0), corner(1), corner(2)]
    const area = Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
    expect(sum(cover([[a, b, c]]).data)).toBeCloseTo(area, 3)
    expect(sum(cover([[c, b, a]]).data)).toBeCloseTo(area, 3)
  }
})

test('a rectangle between pixels covers each by its share', () => {
  const outline: Point[] = [
    [0.25, 0.5],
    [2.5, 0.5],
    [2.5, 2],
    [0.25, 2],
  ]
  const { width, height, data } = cover([outline])
  expect([width, height]).toEqual([3, 2])
  expect([...data]).toEqual([0.375, 0.5, 0.25, 0.75, 1, 0.5])
})

test('an inner outline the other way round is a hole', () => {
  const square = (from: number, to: number): Point[] => [
    [from, from],
    [to, from],
    [to, to],
    [from, to],
  ]
  expect(sum(cover([square(0, 6), square(2, 4).reverse()]).data)).toBeCloseTo(32, 6)
  expect(cover([square(3, 3)]).data.length).toBe(0)
})
