/** Sobol's and HSIC's maps on scores of which the dependence is known. */

import { describe, expect, test } from 'vitest'
import { dependence, medianDistance } from '../../../src/explain/perturbation/hsic.ts'
import { random } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'
import { explained, scoring } from './functions.ts'

/** White, so that a cell's mean is its share in sight. */
const white = { width: 8, height: 8, data: new Uint8Array(192).fill(255) }
const cellOf = (i: number) => 2 * Math.floor(Math.floor(i / 8) / 4) + Math.floor((i % 8) / 4)
const ofCells = (f: (shares: number[]) => number) =>
  scoring((pixels) =>
    f(
      [0, 1, 2, 3].map(
        (k) =>
          pixels
            .slice(0, 64)
            .filter((_, i) => cellOf(i) === k)
            .reduce((a, b) => a + b, 0) / 16,
      ),
    ),
  )
const options = { cells: 2, edges: 'hard' }

describe('Sobol', () => {
  test('a linear score: a_i^2 / sum a^2 (I15)', async () => {
    const a = [3, -2, 1, 0]
    const score = ofCells((shares) => shares.reduce((sum, v, k) => sum + v * (a[k] as number), 0))
    const { raw, standardError } = await explained(score, white, {
      method: 'sobol',
      options: { ...options, designs: 1024 },
    })
    raw.data.forEach((value, k) => {
      expect(Math.abs(value - (a[k] as number) ** 2 / 14)).toBeLessThan(0.03)
      expect(Math.abs(value - (a[k] as number) ** 2 / 14)).toBeLessThanOrEqual(5 * (standardError?.data[k] as number))
    })
    expect(raw.data[3]).toBe(0)
  })

  test('a product: both cells need all of the interaction', async () => {
    // f = u v, u and v uniform: Var f = 1/9 - 1/16 = 7/144; E Var(f | all but u) = E v^2 / 12 = 1/36: S_T = 4/7 each.
    const { raw, standardError } = await explained(
      ofCells(([u = 0, v = 0]) => u * v),
      white,
      { method: 'sobol', options: { ...options, designs: 1000 } },
    )
    // The variance of 2000 scores is off by sqrt((kurtosis - 1) / 2000), about 3 %: it is not in the standard error.
    for (const k of [0, 1])
      expect(Math.abs((raw.data[k] as number) - 4 / 7)).toBeLessThan(
        4 * Math.hypot(standardError?.data[k] as number, (0.03 * 4) / 7),
      )
    expect(raw.data[2]).toBe(0)
  })
})

describe('HSIC', () => {
  test('what does nothing comes last, also beside interactions without main effects', async () => {
    const score = ofCells(([a = 0, b = 0, c = 0]) => (a > 0.5 !== b > 0.5 ? 1 : 0) * 0.2 + 2 * c + 0.5 * a)
    const { raw } = await explained(score, white, { method: 'hsic', options })
    const order = [0, 1, 2, 3].sort((i, j) => (raw.data[j] as number) - (raw.data[i] as number))
    expect(order[0]).toBe(2)
    expect(order[3]).toBe(3)
  })

  test('the definition, matrix by matrix', () => {
    const n = 9
    const masks = Array.from({ length: n }, (_, i) =>
      random(1, i)
        .uniforms(3)
        .map((u) => (u < 0.5 ? 1 : 0)),
    )
    const scores = Array.from(random(2).normals(n))
    const times = (a: number[][], b: number[][]) =>
      a.map((row) => b[0]?.map((_, k) => row.reduce((sum, v, j) => sum + v * (b[j]?.[k] as number), 0)) as number[])
    const square = (f: (i: number, j: number) => number) =>
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => f(i, j)))
    const h = square((i, j) => (i === j ? 1 : 0) - 1 / n)
    const ways = scores.flatMap((a, i) => scores.slice(0, i).map((b) => Math.abs(a - b))).sort((a, b) => a - b)
    const median = ways[Math.floor(ways.length / 2)] as number
    const l = square((i, j) => Math.exp(-(((scores[i] as number) - (scores[j] as number)) ** 2) / (2 * median ** 2)))
    const expected = [0, 1, 2].map((c) => {
      const k = square((i, j) => (masks[i]?.[c] === masks[j]?.[c] ? 1 : 0))
      const product = times(times(times(k, h), l), h)
      return product.reduce((sum, row, i) => sum + (row[i] as number), 0) / (n - 1) ** 2
    })
    expect(relativeError(dependence(masks, scores).values, expected)).toBeLessThan(1e-12)
  })

  test('its error: each sample left out, one by one', () => {
    const n = 12
    const masks = Array.from({ length: n }, (_, i) =>
      random(3, i)
        .uniforms(2)
        .map((u) => (u < 0.5 ? 1 : 0)),
    )
    const scores = Array.from(random(4).normals(n))
    const width = medianDistance(scores)
    const left = scores.map((_, j) => dependence(masks.toSpliced(j, 1), scores.toSpliced(j, 1), width).values)
    const expected = [0, 1].map((c) => {
      const mean = left.reduce((sum, values) => sum + (values[c] as number), 0) / n
      return Math.sqrt(((n - 1) / n) * left.reduce((sum, values) => sum + ((values[c] as number) - mean) ** 2, 0))
    })
    expect(relativeError(dependence(masks, scores, width).errors, expected)).toBeLessThan(1e-12)
  })
})
