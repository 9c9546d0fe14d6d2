import { expect, test } from 'vitest'
import { cornersAtScale, koch, outline, snowflake, snowflakeAtScales } from '../../../src/features/scale-space/index.ts'

test("Koch's snowflake has 3 * 4^order corners and edges of one length", () => {
  for (const order of [0, 1, 2, 3]) {
    const corners = koch(order, [0, 0], 1)
    expect(corners.length).toBe(3 * 4 ** order)
    const edges = corners.map(([x, y], i) => {
      const [u, v] = corners[(i + 1) % corners.length] ?? [0, 0]
      return Math.hypot(u - x, v - y)
    })
    expect(Math.max(...edges) - Math.min(...edges)).toBeLessThan(1e-12)
    expect(edges[0]).toBeCloseTo(Math.sqrt(3) / 3 ** order, 12)
  }
})

test('its area as drawn is that of the polygon: 8/5 of the triangle in the limit', () => {
  const size = 400
  const triangle = (3 * Math.sqrt(3) * (0.47 * size) ** 2) / 4
  const order3 = 1 + (3 / 9) * (1 + 4 / 9 + 16 / 81)
  const drawn = snowflake(size).data.reduce((sum, v) => sum + v, 0)
  expect(drawn / (triangle * order3)).toBeCloseTo(1, 2)
})

test('one shape at three scales: 192, 48 and 12 corners', () => {
  expect(snowflakeAtScales(480).map(({ corners }) => corners.length)).toEqual([192, 48, 12])
})

test('a disc has no corner, a square has four', () => {
  const size = 200
  const shape = (inside: (x: number, y: number) => boolean) => ({
    width: size,
    height: size,
    data: Float32Array.from({ length: size * size }, (_, i) =>
      Number(inside((i % size) - 99.5, Math.floor(i / size) - 99.5)),
    ),
  })
  const disc = shape((x, y) => Math.hypot(x, y) < 70)
  expect(cornersAtScale(disc, 6).corners.length).toBe(0)
  const square = shape((x, y) => Math.max(Math.abs(x), Math.abs(y)) < 60)
  expect(cornersAtScale(square, 6).corners.length).toBe(4)
  const line = outline(cornersAtScale(disc, 6).blurred, 0.5)
  for (const [x, y] of line) expect(Math.abs(Math.hypot(x - 99.5, y - 99.5) - 70)).toBeLessThan(0.6)
})
