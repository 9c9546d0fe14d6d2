/** The arithmetic of the masks: adjoints by inner products, gradients by central differences, penalties by hand. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  after,
  type Band,
  back,
  cornerToCorner,
  faded,
  forth,
  smoothed,
  window,
} from '../../../src/explain/mask/band.ts'
import { areaPenalty, size, totalVariation } from '../../../src/explain/mask/penalties.ts'
import { blocks, discs, smoothPool, spaced } from '../../../src/explain/mask/pool.ts'
import { median } from '../../../src/explain/mask/substitute.ts'
import { gaussian } from '../../../src/image/index.ts'
import { random } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'

interface Masked {
  readonly height: number
  readonly width: number
  readonly step: number
  readonly sigma: number
  /** Row by row. */
  readonly cells: readonly number[]
  readonly points: readonly number[]
  readonly picture: readonly number[]
}
const torchray = JSON.parse(
  readFileSync(new URL('../../fixtures/masks/torchray.json', import.meta.url), 'utf8'),
) as readonly Masked[]

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0)

/** Central differences of a function of many numbers. */
function differences(f: (x: Float64Array) => number, x: Float64Array, h = 1e-6): Float64Array {
  return x.map((value, i) => (f(x.with(i, value + h)) - f(x.with(i, value - h))) / (2 * h))
}

describe('maps of planes', () => {
  const bands: Readonly<Record<string, (from: number, to: number) => Band>> = {
    'corner to corner': cornerToCorner,
    blur: (from) => smoothed(from, gaussian(1.3)),
    'blur, dark beyond': (from) => faded(from, gaussian(1.3)),
    window: (from) => window(from, 2, from - 3),
    'enlarged, then blurred': (from, to) => after(smoothed(to, gaussian(0.8)), cornerToCorner(from, to)),
    'cut, then enlarged': (from, to) => after(cornerToCorner(from - 3, to), window(from, 2, from - 3)),
  }

  test.each(Object.entries(bands))("%s: <Ux, y> = <x, U'y>", (_, band) => {
    const map = { down: band(7, 16), across: band(9, 20) }
    const [x, y] = [random(1).normals(7 * 9), random(2).normals(map.down.rows.length * map.across.rows.length)]
    // Sums of some hundred products of order one in float64.
    expect(dot(forth(map, x), y)).toBeCloseTo(dot(x, back(map, y)), 11)
  })

  test('corner to corner: a ramp stays a ramp, the corners stay; one cell is everywhere', () => {
    const map = { down: cornerToCorner(3, 9), across: cornerToCorner(4, 13) }
    const ramp = Float64Array.from({ length: 12 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4))
    forth(map, ramp).forEach((value, i) => {
      expect(value).toBeCloseTo((10 * Math.floor(i / 13) * 2) / 8 + ((i % 13) * 3) / 12, 12)
    })
    expect([...forth({ down: cornerToCorner(1, 2), across: cornerToCorner(1, 3) }, [7])]).toEqual([7, 7, 7, 7, 7, 7])
  })

  test('a map behind another is both; a constant stays one under a blur', () => {
    const [outer, inner] = [smoothed(12, gaussian(1.1)), cornerToCorner(5, 12)]
    const one = { down: window(1, 0, 1), across: after(outer, inner) }
    const x = random(3).normals(5)
    const both = forth({ ...one, across: outer }, forth({ ...one, across: inner }, x))
    expect(relativeError(forth(one, x), both)).toBeLessThan(1e-14)
    for (const value of forth({ ...one, across: outer }, new Float64Array(12).fill(3))) expect(value).toBeCloseTo(3, 12)
  })
})

describe('penalties', () => {
  // 2 x 3: differences across .1 .2 | .3 -.6, down .2 .4 -.4
  const mask = Float64Array.of(0.2, 0.3, 0.5, 0.4, 0.7, 0.1)

  test('by hand, mean and sum', () => {
    expect(size(mask, 1, 'sum').loss).toBeCloseTo(3.8, 12)
    expect(size(mask, 1, 'mean').loss).toBeCloseTo(3.8 / 6, 12)
    expect(size(mask, 0, 'sum').loss).toBeCloseTo(2.2, 12)
    const [across, down] = [0.001 + 0.008 + 0.027 + 0.216, 0.008 + 0.064 + 0.064]
    expect(totalVariation(mask, 3, 3, 'sum').loss).toBeCloseTo(across + down, 12)
    expect(totalVariation(mask, 3, 3, 'mean').loss).toBeCloseTo(across / 4 + down / 3, 12)
    expect(totalVariation(mask, 3, 1, 'sum').loss).toBeCloseTo(1.2 + 1, 12)
    expect(totalVariation(Float64Array.of(0.4), 1, 3, 'mean')).toEqual({ loss: 0, gradient: Float64Array.of(0) })
  })

  test.each(['mean', 'sum'] as const)('gradients by central differences (%s)', (average) => {
    const values = random(5).uniforms(20)
    // Central differences at 1e-6 hold about 9 digits.
    for (const penalty of [
      (x: Float64Array) => size(x, 1, average),
      (x: Float64Array) => size(x, 0, average),
      (x: Float64Array) => totalVariation(x, 4, 3, average),
      (x: Float64Array) => totalVariation(x, 5, 2, average),
      (x: Float64Array) => areaPenalty(x, 0.3),
    ])
      expect(
        relativeError(
          penalty(values).gradient,
          differences((x) => penalty(x).loss, values),
        ),
      ).toBeLessThan(1e-7)
  })

  test('area: the mean of (sort(m) - r)^2; 0 for a mask of that area; equal values are pushed alike', () => {
    const values = random(6).uniforms(50)
    const slow = values.toSorted().reduce((sum, v, i) => sum + (v - (i >= 40 ? 1 : 0)) ** 2, 0) / 50
    expect(areaPenalty(values, 0.2).loss).toBeCloseTo(slow, 14)
    expect(areaPenalty(Float64Array.of(1, 0, 0, 0, 1), 0.4)).toEqual({ loss: 0, gradient: new Float64Array(5) })
    expect(new Set(Array.from(areaPenalty(new Float64Array(10).fill(0.5), 0.1).gradient)).size).toBe(1)
    expect(areaPenalty(Float64Array.of(0.5, 0.5), 0.1).loss).toBe(0.25)
  })
})

describe('the smooth pool', () => {
  const [sigma, step] = [4, 1.5]
  const grid = { ys: spaced(-4, 10, step), xs: spaced(-4, 13, step) }
  const points = { ys: spaced(-2, 9, 1), xs: spaced(-3, 12, 1) }
  const pool = smoothPool(discs(grid, points, sigma), 20)

  test('its gradient by central differences', () => {
    const cells = random(8).uniforms(pool.cells)
    const weights = random(9).normals(points.ys.length * points.xs.length)
    pool.forth(cells)
    const made = pool.back(weights)
    const slow = differences((x) => dot(pool.forth(x), weights), cells)
    // The kernel and the slopes are float32.
    expect(relativeError(made, slow)).toBeLessThan(1e-6)
  })

  test('one full cell: 1 within half a sigma (nearly), falling as its kernel; within [0, 1]', () => {
    const cells = new Float64Array(pool.cells)
    const [row, column] = [4, 5]
    cells[row * grid.xs.length + column] = 1
    const out = pool.forth(cells)
    points.ys.forEach((y, r) =>
      points.xs.forEach((x, c) => {
        const value = out[r * points.xs.length + c] as number
        const d = Math.hypot(y - (grid.ys[row] as number), x - (grid.xs[column] as number)) / sigma
        const kernel = Math.exp(-2 * Math.max(0, d - 0.5) ** 2)
        expect(value).toBeGreaterThanOrEqual(0)
        // A softmax-weighed mean with zeros: under the largest, and close to it where that is far from zero.
        expect(value).toBeLessThanOrEqual(kernel + 1e-6)
        if (kernel > 0.7) expect(value).toBeGreaterThan(0.999 * kernel)
      }),
    )
  })

  test('TorchRay’s masks of random cells (scripts/python/parity_mask.py)', () => {
    for (const { height, width, step, sigma, cells, points: expected, picture } of torchray) {
      const made = blocks(height, width, step, sigma)
      const points = smoothPool(made, 20).forth(Float64Array.from(cells))
      // It computes in float32.
      expect(relativeError(points, expected)).toBeLessThan(1e-6)
      const cut = { down: window(made.rows, sigma, height), across: window(made.columns, sigma, width) }
      expect(relativeError(forth(cut, points), picture)).toBeLessThan(1e-6)
    }
  })

  test('its gradient with empty cells beyond the picture, by central differences', () => {
    const squares = smoothPool(blocks(9, 12, 3, 6), 20)
    const cells = random(8).uniforms(squares.cells)
    const weights = random(9).normals(squares.forth(cells).length)
    squares.forth(cells)
    expect(
      relativeError(
        squares.back(weights),
        differences((x) => dot(squares.forth(x), weights), cells),
      ),
    ).toBeLessThan(1e-6)
  })

  test('cells cover what they are to cover, and lie in its middle', () => {
    const places = spaced(-3, 18, 4)
    expect([...places]).toEqual([-2.5, 1.5, 5.5, 9.5, 13.5, 17.5])
  })
})

test('the median removes a thin line and keeps an edge', () => {
  const [width, height] = [15, 9]
  const line = Float32Array.from({ length: width * height }, (_, i) => (i % width === 7 ? 1 : 0))
  expect(Math.max(...median(line, width, height, 3))).toBe(0)
  const edge = line.map((_, i) => (i % width < 6 ? 0 : 1))
  expect(median(edge, width, height, 5)).toEqual(edge)
})
