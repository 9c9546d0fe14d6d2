/** The standard error that a sampled map brings is what its maps scatter by from seed to seed. */

import { describe, expect, test } from 'vitest'
import { explain } from '../../../src/explain/index.ts'
import type { Image } from '../../../src/tensor/index.ts'
import { noise, scoring } from './functions.ts'

const white = { width: 8, height: 8, data: new Uint8Array(192).fill(255) }
const quarter = (i: number) => 2 * Math.floor(Math.floor(i / 8) / 4) + Math.floor((i % 8) / 4)
const ofQuarters = (f: (shares: readonly number[]) => number) =>
  scoring((pixels) => {
    const sums = [0, 0, 0, 0]
    for (let i = 0; i < 64; i++) sums[quarter(i)] = (sums[quarter(i)] as number) + (pixels[i] as number) / 16
    return f(sums)
  })

const additive = ofQuarters(([a = 0, b = 0, c = 0]) => 3 * a - 2 * b + c)
const product = ofQuarters(([a = 0, b = 0, c = 0, d = 0]) => 3 * a * b + c * d * a - b + 0.5 * d)

/** Of 16 cells, with no two scores alike: HSIC's kernel width, a median, moves evenly (its error is told with the width held). */
const mixed = scoring((pixels) => {
  const cell = (y: number, x: number) => pixels[(2 * y + 1) * 8 + 2 * x] as number
  let sum = 2 * cell(0, 0) + 1.5 * cell(0, 0) * cell(3, 3) + cell(1, 2) * cell(2, 1)
  for (let k = 0; k < 16; k++) sum += 0.3 * Math.sin(7 * k + 1) * cell(Math.floor(k / 4), k % 4)
  return sum
})

const black = { baseline: 'black' }
const seeds = 60
const quarters = [0, 4, 32, 36]

/** Root mean square of the errors told, and the scatter over seeds, at some places of the map. */
async function compare(
  method: string,
  score: typeof product,
  options: Record<string, string | number>,
  places = quarters,
  image: Image = white,
) {
  const maps: Float32Array[] = []
  const told = places.map(() => 0)
  for (let seed = 0; seed < seeds; seed++) {
    const { raw, standardError } = await explain(score, image, { method, options: { ...options, seed } })
    maps.push(raw.data)
    places.forEach((at, k) => {
      told[k] = (told[k] as number) + (standardError?.data[at] as number) ** 2 / seeds
    })
  }
  return places.map((at, k) => {
    const values = maps.map((map) => map[at] as number)
    const mean = values.reduce((a, b) => a + b) / seeds
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1)
    return { told: Math.sqrt(told[k] as number), seen: Math.sqrt(variance) }
  })
}

/**
 * The variance of 60 normal values is known within a factor 1 +- sqrt(2 / 59) = 1 +- .184, its root within 1 +- .092: four of
 * these leave a sound estimator's ratio between .63 and 1.37, with one false alarm in 16 000.
 */
const [least, most] = [1 - 4 * 0.092, 1 + 4 * 0.092]

describe('the scatter over seeds is the standard error', () => {
  test('KernelSHAP: an additive score has none', async () => {
    for (const { told, seen } of await compare('kernel-shap', additive, {
      ...black,
      samples: 60,
      groups: 'grid',
      segments: 16,
    })) {
      expect(told).toBeLessThan(1e-5)
      expect(seen).toBeLessThan(1e-5)
    }
  })
  const cases = [
    ['kernel-shap', product, { samples: 200, groups: 'grid', segments: 16, ...black }],
    ['lime', product, { samples: 200, groups: 'grid', segments: 16, ...black }],
    ['lime', additive, { samples: 200, groups: 'grid', segments: 16, alpha: 5, ...black }],
    ['hsic', mixed, { samples: 150, cells: 4, edges: 'hard', ...black }],
  ] as const
  test.each(cases)('%s', async (method, score, options) => {
    const places = method === 'hsic' ? [0, 15] : [0, 2 * 8 + 2, 5 * 8 + 5, 63]
    const ratios = (await compare(method, score, options, places)).map(({ told, seen }) => told / seen)
    for (const ratio of ratios) {
      expect(ratio).toBeGreaterThan(least)
      expect(ratio).toBeLessThan(most)
    }
  })
  test('prediction difference', async () => {
    const image = noise(8, 8)
    const score = scoring(
      (pixels) => 1 / (1 + Math.exp(-4 * (pixels[9] as number) * (pixels[20] as number) - (pixels[36] as number))),
    )
    const found = await compare(
      'prediction-difference',
      score,
      { window: 3, stride: 2, ring: 1, samples: 20 },
      [9, 18, 20, 36],
      image,
    )
    for (const { told, seen } of found) {
      expect(told / seen).toBeGreaterThan(least)
      expect(told / seen).toBeLessThan(most)
    }
  })
})
