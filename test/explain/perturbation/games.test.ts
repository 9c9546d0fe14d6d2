/** Regions as players of a game: additive scores are recovered exactly, the axioms hold, and sampling tends to the truth. */

import { describe, expect, test } from 'vitest'
import { centred, factored, lasso, ridge } from '../../../src/explain/perturbation/least-squares.ts'
import { random } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'
import { explained, linear, noise, parts, scoring } from './functions.ts'

const side = 6
const image = noise(side, side, 3)
const weights = random(4).normals(3 * side * side)
const own = parts(weights, image)

/** Four regions: 2x2 squares of 3x3 pixels. */
const regionOf = (i: number) => 2 * Math.floor(Math.floor(i / side) / 3) + Math.floor((i % side) / 3)
const grid = { groups: 'grid', segments: 4 }
const regions = [0, 1, 2, 3]
const sums = regions.map((k) => own.filter((_, i) => regionOf(i) === k).reduce((a, b) => a + b, 0))
const onPixels = (values: readonly number[]) => Float64Array.from(own, (_, i) => values[regionOf(i)] as number)

/** A game of four players, in sight or not, as a function of pixels: region k is there when its pixels are not black. */
const game = (value: (present: readonly boolean[]) => number) =>
  scoring((pixels) => value(regions.map((k) => pixels.some((v, i) => v > 0 && regionOf(i % (side * side)) === k))))

/** The mean over all orders, from the definition. */
function shapley(value: (present: readonly boolean[]) => number): number[] {
  const orders = (left: readonly number[]): number[][] =>
    left.length === 0 ? [[]] : left.flatMap((k) => orders(left.filter((j) => j !== k)).map((rest) => [k, ...rest]))
  const all = orders(regions)
  return regions.map(
    (k) =>
      all.reduce((sum, order) => {
        const before = order.slice(0, order.indexOf(k))
        const gain = (inside: readonly number[]) => value(regions.map((j) => inside.includes(j)))
        return sum + gain([...before, k]) - gain(before)
      }, 0) / all.length,
  )
}

/** 0 and 1 say the same, 3 does nothing, 2 works only beside 0. */
const intricate = ([a, b, c]: readonly boolean[]) => (a || b ? 4 : 0) + (a && c ? 2 : 0) + (c ? 1 : 0)

describe('an additive score is recovered', () => {
  test.each([
    ['feature-ablation', {}],
    ['shapley-sampling', { orders: 2 }],
    ['kernel-shap', { samples: 14 }],
    ['kernel-shap', { samples: 13 }],
    ['lime', { samples: 16, alpha: 0 }],
    ['lime', { samples: 12, alpha: 0, distance: 'pixels' }],
  ])('%s %j', async (method, options) => {
    const { raw } = await explained(linear(weights), image, { method, options: { ...options, ...grid } })
    expect(relativeError(raw.data, onPixels(sums))).toBeLessThan(1e-5)
  })
})

describe('a game with interactions', () => {
  const expected = shapley(intricate)

  test('the values by hand: those that say the same get the same, who does nothing gets nothing, all add up', () => {
    expect(expected[3]).toBe(0)
    expect(expected.reduce((a, b) => a + b, 0)).toBeCloseTo(7, 12)
  })

  test('KernelSHAP over all coalitions is the Shapley value', async () => {
    const {
      raw,
      sums: told,
      details,
    } = await explained(game(intricate), image, { method: 'kernel-shap', options: grid })
    expect(details).toMatchObject({ coalitions: 14, complete: true })
    expect(relativeError(raw.data, onPixels(expected))).toBeLessThan(1e-6)
    expect(told?.sum).toBeCloseTo(7, 6)
    expect(told?.promised).toBe(7)
  })

  test('KernelSHAP of few coalitions keeps the sum', async () => {
    for (const samples of [3, 5, 9, 13]) {
      const options = { ...grid, samples, seed: samples }
      const { sums: told } = await explained(game(intricate), image, { method: 'kernel-shap', options })
      expect(told?.sum).toBeCloseTo(7, 6)
    }
  })

  test('Shapley sampling: efficient after every order, within four standard errors of the truth', async () => {
    for (const orders of [1, 2, 300]) {
      const options = { ...grid, orders, seed: 5 }
      const {
        raw,
        standardError,
        sums: told,
      } = await explained(game(intricate), image, {
        method: 'shapley-sampling',
        options,
      })
      expect(told?.sum).toBeCloseTo(told?.promised as number, 6)
      if (orders < 300) continue
      onPixels(expected).forEach((value, i) => {
        expect(Math.abs((raw.data[i] as number) - value)).toBeLessThanOrEqual(4 * (standardError?.data[i] as number))
      })
      expect(raw.data.at(-1)).toBe(0)
    }
  })

  test('feature ablation misses regions that say the same', async () => {
    const { raw } = await explained(game(intricate), image, { method: 'feature-ablation', options: grid })
    expect(relativeError(raw.data, onPixels([2, 0, 3, 0]))).toBeLessThan(1e-6)
  })

  test('regions that are twins in the game get equal parts', async () => {
    const twins = ([a, b, c]: readonly boolean[]) => (a && b ? 3 : 0) + (c ? 1 : 0)
    for (const method of ['kernel-shap', 'lime']) {
      const { raw } = await explained(game(twins), image, { method, options: grid })
      expect(Math.abs((raw.data[0] as number) - (raw.data[3] as number))).toBeLessThan(1e-6)
    }
  })
})

test.each(['kernel-shap', 'lime', 'shapley-sampling'])(
  '%s: the batch changes nothing, the seed does',
  async (method) => {
    const options = {
      groups: 'grid',
      segments: 9,
      ...(method === 'shapley-sampling' ? { orders: 4 } : { samples: 60 }),
    }
    const score = scoring(
      (pixels) =>
        Math.tanh(pixels.reduce((sum, v, i) => sum + v * (weights[i] as number), 0)) + (pixels[7] as number) ** 2,
    )
    const run = async (batch: number, seed: number) =>
      (await explained(score, image, { method, batch, options: { ...options, seed } })).raw.data
    expect(await run(5, 1)).toEqual(await run(1, 1))
    expect(await run(5, 2)).not.toEqual(await run(5, 1))
  },
)

test('a picture that is one region is refused', async () => {
  const flat = { width: 8, height: 8, data: new Uint8Array(192).fill(90) }
  const options = { groups: 'felzenszwalb' }
  await expect(explained(linear(new Float32Array(192)), flat, { method: 'lime', options })).rejects.toThrow(
    /one region/,
  )
})

describe('least squares', () => {
  const n = 5
  const rows = Array.from({ length: 40 }, (_, i) => random(1, i).normals(n))
  const weights = Array.from(random(2).uniforms(40), (u) => 0.1 + u)
  const b = [2, -1, 0, 0.5, 3]
  const targets = rows.map(
    (row, i) => row.reduce((sum, v, j) => sum + v * (b[j] as number), 7) + random(3, i).normal(0),
  )
  const problem = centred({ rows, targets, weights })
  const slope = (found: Float64Array, j: number) =>
    problem.rows.reduce((sum, row, i) => {
      const guess = found.reduce((total, v, k) => total + v * (row[k] as number), 0)
      return sum + (weights[i] as number) * (row[j] as number) * ((problem.targets[i] as number) - guess)
    }, 0)
  const total = weights.reduce((a, v) => a + v, 0)

  test.each([0, 1, 30])('ridge: the gradient vanishes (alpha %f)', (alpha) => {
    const found = ridge(problem, alpha)
    for (let j = 0; j < n; j++) expect(slope(found, j)).toBeCloseTo(alpha * (found[j] as number), 9)
  })

  test.each([0.01, 0.5])('lasso: the subgradient conditions hold (alpha %f)', (alpha) => {
    const found = lasso(problem, alpha)
    for (let j = 0; j < n; j++) {
      const pull = slope(found, j) / total
      if (found[j] === 0) expect(Math.abs(pull)).toBeLessThanOrEqual(alpha + 1e-9)
      else expect(pull).toBeCloseTo(alpha * Math.sign(found[j] as number), 8)
    }
    if (alpha === 0.5) expect(found[2]).toBe(0)
  })

  test('what is not determined is 0', () => {
    expect([...factored(Float64Array.of(4, 0, 0, 0), 2)(Float64Array.of(8, 0))]).toEqual([2, 0])
  })
})
