/** The arithmetic under the gradient methods, against closed forms. */

import { describe, expect, test } from 'vitest'
import { blurPlane, lines } from '../../src/explain/gradient/blur-path.ts'
import { advance } from '../../src/explain/gradient/guided-path.ts'
import { Moments } from '../../src/explain/gradient/moments.ts'
import { quadrature, quadratures } from '../../src/explain/gradient/quadrature.ts'
import { blur } from '../../src/image/index.ts'
import { random } from '../../src/tensor/index.ts'
import { relativeError } from '../fixture-nets.ts'

describe('quadrature', () => {
  const integral = (rule: (typeof quadratures)[number], n: number, f: (a: number) => number) => {
    const { at, weights } = quadrature(rule, n)
    return at.reduce((sum, a, i) => sum + (weights[i] as number) * f(a), 0)
  }

  test.each(quadratures)('%s: weights add up to 1, points lie in order in [0, 1]', (rule) => {
    for (const n of [1, 2, 3, 50, 201]) {
      const { at, weights } = quadrature(rule, n)
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
      expect(at.every((a, i) => a >= 0 && a <= 1 && (i === 0 || a > (at[i - 1] as number)))).toBe(true)
    }
  })

  test.each([1, 2, 5, 20])('Gauss-Legendre with %i points is exact up to degree 2n - 1, and not beyond', (n) => {
    for (let degree = 0; degree < 2 * n; degree++)
      expect(integral('gauss-legendre', n, (a) => a ** degree)).toBeCloseTo(1 / (degree + 1), 13)
    if (n < 5)
      expect(Math.abs(integral('gauss-legendre', n, (a) => a ** (2 * n)) - 1 / (2 * n + 1))).toBeGreaterThan(1e-4)
  })

  test.each([
    ['right', 5, 6 / 5],
    ['left', 5, 4 / 5],
    ['linspace', 5, 1],
    ['trapezoid', 5, 1],
    ['midpoint', 1, 1],
    ['gauss-legendre', 2, 1],
  ] as const)('of 2a (a quadratic score from 0), %s with %i points: %f', (rule, n, expected) => {
    expect(integral(rule, n, (a) => 2 * a)).toBeCloseTo(expected, 12)
  })
})

test('normal and uniform numbers in blocks are those that come one by one', () => {
  for (const count of [1, 2, 3, 4, 7, 1000]) {
    const draws = random(5, 9)
    expect([...draws.normals(count)]).toEqual(Array.from({ length: count }, (_, i) => random(5, 9).normal(i)))
    expect([...draws.uniforms(count)]).toEqual(Array.from({ length: count }, (_, i) => random(5, 9).uniform(i)))
  }
})

test('moments do not cancel: a variance of 1 on a mean of 1e8', () => {
  const moments = new Moments(1)
  const values = random(1).normals(1000)
  for (const value of values) moments.add([1e8 + value])
  const mean = values.reduce((a, b) => a + b) / 1000
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 999
  // A value of 1e8 holds 1.5e-8 in float64: the naive E[x^2] - E[x]^2 would be off by 1 or so.
  expect(moments.variance()[0]).toBeCloseTo(variance, 6)
})

describe('the path of blurs', () => {
  const [height, width] = [9, 14]
  const plane = Float32Array.from(random(3).normals(height * width))
  const at = (sigma: number) => blurPlane(plane, lines(height, sigma), lines(width, sigma))

  test.each([0, 0.4, 1.7, 6])('sigma %f is the blur of image/', (sigma) => {
    expect(relativeError(at(sigma)[0], blur({ width, height, data: plane }, sigma).data)).toBeLessThan(1e-6)
  })

  test.each([0.5, 1.7, 6.01])('its derivative at sigma %f is that of central differences', (sigma) => {
    const h = 1e-5
    const [high, low] = [at(sigma + h)[0], at(sigma - h)[0]]
    expect(
      relativeError(
        at(sigma)[1],
        high.map((v, i) => (v - (low[i] as number)) / (2 * h)),
      ),
    ).toBeLessThan(1e-7)
  })
})

describe('the guided path', () => {
  const n = 60
  const [start, end] = [random(1).normals(n), random(2).normals(n)]
  start[7] = end[7] as number
  const distance = (x: Float64Array) => x.reduce((sum, v, i) => sum + Math.abs((end[i] as number) - v), 0)

  test('each step ends at its distance, no pixel strays further than allowed, and the last step ends at the image', () => {
    const x = start.slice()
    const total = new Float64Array(n)
    const [steps, slack] = [20, 0.1]
    for (let s = 1; s <= steps; s++) {
      const share = s / steps
      advance(x, random(4, s).normals(n), total, { start, end }, { share, slack, fraction: 0.25 })
      expect(distance(x)).toBeCloseTo((1 - share) * distance(start), 8)
      x.forEach((v, i) => {
        const way = (end[i] as number) - (start[i] as number)
        if (way === 0) return
        expect((v - (start[i] as number)) / way).toBeGreaterThan(share - slack - 1e-9)
        expect((v - (start[i] as number)) / way).toBeLessThan(share + slack + 1e-9)
      })
    }
    expect(relativeError(x, end)).toBeLessThan(1e-12)
  })

  test('on a linear score the parts are gradient times way, on any path', () => {
    const gradient = random(8).normals(n)
    const x = start.slice()
    const total = new Float64Array(n)
    for (let s = 1; s <= 7; s++)
      advance(x, gradient, total, { start, end }, { share: s / 7, slack: 0.05, fraction: 0.3 })
    expect(
      relativeError(
        total,
        gradient.map((g, i) => g * ((end[i] as number) - (start[i] as number))),
      ),
    ).toBeLessThan(1e-12)
  })

  test('the flattest pixels go first', () => {
    const x = new Float64Array(4)
    const ways = { start: new Float64Array(4), end: new Float64Array(4).fill(1) }
    advance(x, [3, -1, 2, -4], new Float64Array(4), ways, { share: 0.25, slack: 1, fraction: 0.01 })
    expect([...x]).toEqual([0, 1, 0, 0])
  })
})
