/** Prediction difference: its Gaussian against slow twins, and scores of which the answer is known. */

import { describe, expect, test } from 'vitest'
import { explain } from '../../../src/explain/index.ts'
import { conditional, draw, fitGaussian } from '../../../src/explain/perturbation/gaussian.ts'
import { photographs } from '../../../src/explain/perturbation/photographs.ts'
import { random } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'
import { noise, scoring } from './functions.ts'

/** Inverse by Gauss and Jordan. */
function inverse(a: readonly (readonly number[])[]): number[][] {
  const n = a.length
  const m = a.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))])
  for (let c = 0; c < n; c++) {
    const pivot = m.findIndex(
      (row, i) => i >= c && Math.abs(row[c] as number) === Math.max(...m.slice(c).map((r) => Math.abs(r[c] as number))),
    )
    ;[m[c], m[pivot]] = [m[pivot] as number[], m[c] as number[]]
    const scale = m[c]?.[c] as number
    m[c] = (m[c] as number[]).map((v) => v / scale)
    for (let i = 0; i < n; i++) {
      if (i === c) continue
      const factor = m[i]?.[c] as number
      m[i] = (m[i] as number[]).map((v, j) => v - factor * (m[c]?.[j] as number))
    }
  }
  return m.map((row) => row.slice(n))
}

const times = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
  a.map((row) => (b[0] as number[]).map((_, k) => row.reduce((sum, v, j) => sum + v * (b[j]?.[k] as number), 0)))

/** L with L L' = A, row by row. */
function lowerRoot(a: readonly (readonly number[])[]): number[][] {
  const l = a.map((row) => row.map(() => 0))
  a.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const known = (l[i] as number[]).slice(0, j).reduce((sum, v, k) => sum + v * (l[j]?.[k] as number), 0)
      const left = (row[j] as number) - known
      ;(l[i] as number[])[j] = i === j ? Math.sqrt(left) : left / (l[j]?.[j] as number)
    }
  })
  return l
}

describe('the conditional of a Gaussian', () => {
  const reach = 5
  const gaussian = {
    mean: 0.4,
    variance: 0.03,
    reach,
    correlation: Float64Array.from({ length: 25 }, (_, i) => Math.exp(-Math.hypot(Math.floor(i / 5), i % 5) / 2)),
  }
  const inside = [
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ] as const
  const ring = [0, 1, 2, 3]
    .flatMap((y) => [0, 1, 2, 3].map((x) => [y, x] as const))
    .filter(([y, x]) => y % 3 === 0 || x % 3 === 0)
  const sigma = (a: readonly (readonly [number, number])[], b: readonly (readonly [number, number])[]) =>
    a.map(([y, x]) =>
      b.map(
        ([v, u]) =>
          gaussian.variance *
          ((gaussian.correlation[Math.abs(y - v) * reach + Math.abs(x - u)] as number) +
            (y === v && x === u ? 1e-4 : 0)),
      ),
    )
  const law = conditional(gaussian, inside, ring)
  const weights = times(sigma(inside, ring), inverse(sigma(ring, ring)))

  test('mean: a slow twin', () => {
    expect(relativeError(law.weights, weights.flat())).toBeLessThan(1e-9)
    const seen = random(1).uniforms(ring.length)
    const expected = weights.map((row) => 0.4 + row.reduce((sum, v, k) => sum + v * ((seen[k] as number) - 0.4), 0))
    expect(relativeError(draw(gaussian, law, seen, [0, 0, 0, 0]), expected)).toBeLessThan(1e-9)
  })

  test('covariance: a slow twin', () => {
    const explainedPart = times(weights, sigma(ring, inside))
    const expected = sigma(inside, inside).map((row, i) => row.map((v, j) => v - (explainedPart[i]?.[j] as number)))
    const l = inside.map((_, i) => Array.from(law.factor.subarray(4 * i, 4 * i + 4)))
    const got = times(
      l,
      inside.map((_, j) => l.map((row) => row[j] as number)),
    )
    expect(relativeError(got.flat(), expected.flat())).toBeLessThan(1e-9)
  })
})

test('a fitted Gaussian knows how alike the pixels of its pictures are', () => {
  // A running mean of four noise pixels to the right: correlations 1, 3/4, 1/2, 1/4, 0 along rows, 0 between rows.
  const [width, height] = [400, 300]
  const raw = random(6).normals((width + 3) * height)
  const data = Float64Array.from({ length: width * height }, (_, i) => {
    const at = Math.floor(i / width) * (width + 3) + (i % width)
    return 0.5 + 0.1 * [0, 1, 2, 3].reduce((sum, k) => sum + (raw[at + k] as number), 0)
  })
  const { mean, variance, correlation } = fitGaussian([{ width, height, data }], 6)
  expect(mean).toBeCloseTo(0.5, 2)
  expect(variance).toBeCloseTo(0.04, 2)
  const expected = Array.from({ length: 36 }, (_, i) => (i < 6 ? Math.max(0, 1 - i / 4) : 0))
  for (const [i, value] of expected.entries()) expect(Math.abs((correlation[i] as number) - value)).toBeLessThan(0.03)
})

test('the shipped Gaussian fills windows within black and white, as alike to their surroundings as photographs are', () => {
  const places = Array.from({ length: 14 }, (_, y) => Array.from({ length: 14 }, (_, x) => [y, x] as const)).flat()
  const inside = places.filter(([y, x]) => y >= 2 && y < 12 && x >= 2 && x < 12)
  const ring = places.filter((place) => !inside.includes(place))
  const law = conditional(photographs, inside, ring)
  const filled = draw(photographs, law, new Float64Array(ring.length).fill(0.7), random(1).normals(100))
  expect(filled.every((level) => level > 0 && level < 1)).toBe(true)
  // The middle is less sure than the edge; both are surer than without a ring.
  const spread = (i: number) => Math.hypot(...law.factor.subarray(100 * i, 100 * i + i + 1))
  expect(spread(0)).toBeLessThan(spread(55))
  expect(spread(55)).toBeLessThan(0.6 * Math.sqrt(photographs.variance))
})

describe('prediction difference', () => {
  const image = noise(20, 20, 4)
  const logistic = (z: number) => 1 / (1 + Math.exp(-z))
  const options = { window: 4, ring: 1, stride: 4, samples: 3 }
  const run = (score: (pixels: Float32Array) => number) =>
    explain(scoring(score), image, { method: 'prediction-difference', options })

  test('what the model does not look at: 0', async () => {
    const inPatch = (i: number) => i % 20 < 4 && Math.floor(i / 20) % 20 >= 8 && Math.floor(i / 20) % 20 < 12
    const { raw } = await run((pixels) =>
      logistic(pixels.filter((_, i) => inPatch(i)).reduce((a, b) => a + b, 0) / 8 - 2),
    )
    raw.data.forEach((value, i) => {
      if (inPatch(i)) expect(Math.abs(value)).toBeGreaterThan(0)
      else expect(value).toBe(0)
    })
  })

  test('certainty stays finite: log2 odds with one count a class', async () => {
    const first = Math.fround((image.data[0] as number) / 255)
    const { raw } = await run((pixels) => (Math.abs((pixels[0] as number) - first) < 1e-6 ? 1 : 0))
    // From p = 1 to p = 0: 2 log2 of (100001 / 1).
    expect(raw.data.every(Number.isFinite)).toBe(true)
    expect(raw.data[0]).toBeCloseTo(2 * Math.log2(100_001), 3)
  })

  test('a slow twin from the paper: every window, every draw, every pixel the mean of the windows that hold it', async () => {
    const [width, height, window, stride, samples, seed, laplace] = [9, 8, 3, 2, 4, 5, 1000]
    const picture = noise(width, height, 9)
    const own = Float64Array.from({ length: 3 * width * height }, (_, i) => {
      const [c, pixel] = [Math.floor(i / (width * height)), i % (width * height)]
      return Math.fround((picture.data[3 * pixel + c] as number) / 255)
    })
    const weights = random(2).normals(own.length)
    const p = (x: ArrayLike<number>) => {
      let sum = 0
      for (let i = 0; i < own.length; i++) sum += (weights[i] as number) * (x[i] as number)
      return logistic(sum / 3 + 2 * (x[20] as number) * (x[40] as number))
    }
    const covariance = ([y, x]: readonly number[], [v, u]: readonly number[]) => {
      const [dy, dx] = [Math.abs((y as number) - (v as number)), Math.abs((x as number) - (u as number))]
      const grain = dy + dx === 0 ? 1e-4 : 0
      return photographs.variance * ((photographs.correlation[dy * photographs.reach + dx] as number) + grain)
    }
    const sigma = (a: number[][], b: number[][]) => a.map((one) => b.map((other) => covariance(one, other)))
    /** Of the mean log2 odds, with one count added to each of two classes. */
    const odds = (share: number) => Math.log2((share * laplace + 1) / (laplace - share * laplace + 1))
    const starts = (length: number) =>
      Array.from({ length: Math.ceil((length - window) / stride) + 1 }, (_, k) => Math.min(k * stride, length - window))
    const places = starts(height).flatMap((top) => starts(width).map((left) => [top, left] as const))
    const evidence = places.map(([top, left], w) => {
      const near = Array.from({ length: width * height }, (_, i) => [Math.floor(i / width), i % width]).filter(
        ([y = 0, x = 0]) => y >= top - 1 && y <= top + window && x >= left - 1 && x <= left + window,
      )
      const within = ([y = 0, x = 0]: number[]) => y >= top && y < top + window && x >= left && x < left + window
      const [hidden, ring] = [near.filter(within), near.filter((place) => !within(place))]
      const gains = times(sigma(hidden, ring), inverse(sigma(ring, ring)))
      const known = times(gains, sigma(ring, hidden))
      const rest = sigma(hidden, hidden).map((row, i) => row.map((value, j) => value - (known[i]?.[j] as number)))
      const factor = lowerRoot(rest)
      let mean = 0
      for (let s = 0; s < samples; s++) {
        const drawn = own.slice()
        const normals = random(seed, 1 + w * samples + s).normals(3 * window * window)
        for (let c = 0; c < 3; c++)
          hidden.forEach(([y = 0, x = 0], i) => {
            let level = photographs.mean
            ring.forEach(([v = 0, u = 0], k) => {
              const seen = own[(c * height + v) * width + u] as number
              level += (gains[i]?.[k] as number) * (seen - photographs.mean)
            })
            hidden.forEach((_, k) => {
              level += (factor[i]?.[k] as number) * (normals[c * window * window + k] as number)
            })
            drawn[(c * height + y) * width + x] = Math.min(1, Math.max(0, level))
          })
        mean += p(drawn) / samples
      }
      return odds(p(own)) - odds(mean)
    })
    const expected = Float64Array.from({ length: width * height }, (_, i) => {
      const [y, x] = [Math.floor(i / width), i % width]
      const over = evidence.filter((_, w) => {
        const [top, left] = places[w] as readonly [number, number]
        return y >= top && y < top + window && x >= left && x < left + window
      })
      return over.reduce((sum, value) => sum + value, 0) / over.length
    })
    const { raw } = await explain(scoring(p), picture, {
      method: 'prediction-difference',
      options: { window, ring: 1, stride, samples, seed, laplace },
    })
    // Images are float32: differences of odds near 1 keep about six digits.
    expect(relativeError(raw.data, expected)).toBeLessThan(1e-5)
  })

  test('scores that are no probabilities are refused', async () => {
    await expect(run(() => 7)).rejects.toThrow(/between 0 and 1/)
  })
})
