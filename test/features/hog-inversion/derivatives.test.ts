import { describe, expect, test } from 'vitest'
import { hog } from '../../../src/features/hog/index.ts'
import { slope } from '../../../src/features/hog-inversion/direct.ts'
import { lasso } from '../../../src/features/hog-inversion/patch-codes.ts'
import { softCells, softFeatures } from '../../../src/features/hog-inversion/soft-hog.ts'
import { integrate } from '../../../src/features/poisson.ts'
import { random } from '../../../src/tensor/index.ts'

const noise = (length: number, seed: number) => {
  const { normal } = random(seed)
  return Float32Array.from({ length }, (_, i) => 40 * normal(i))
}

test('the slope of the direct inversion is that of central differences', () => {
  const side = 28
  const image = { width: 56, height: 56, data: Uint8Array.from(noise(3 * 56 * 56, 1), (v) => 128 + v) }
  const wanted = hog(image, { convention: 'uoctti' })
  const pixels = noise(side * side, 2)
  const { gradient } = slope(wanted, pixels, side, side)
  const direction = noise(side * side, 3)
  const step = 2e-5
  const at = (t: number) =>
    slope(
      wanted,
      pixels.map((v, i) => v + t * (direction[i] as number)),
      side,
      side,
    ).loss
  const numeric = (at(step) - at(-step)) / (2 * step)
  const analytic = gradient.reduce((sum, v, i) => sum + v * (direction[i] as number), 0)
  expect(Math.abs(numeric - analytic)).toBeLessThan(0.03 * Math.abs(analytic) + 1e-4)
})

test('soft votes and snapped votes have the same length at every cell', () => {
  const side = 40
  const pixels = noise(side * side, 4)
  const soft = softCells(pixels, side, side, 8)
  let sum = 0
  for (const vote of soft.votes) sum += vote
  let lengths = 0
  for (let y = 1; y < side - 1; y++)
    for (let x = 1; x < side - 1; x++) {
      const i = y * side + x
      const share = (at: number) =>
        at < 4 || at >= side - 4 ? 1 - Math.abs((at + 0.5) / 8 - Math.round((at + 0.5) / 8 - 0.5) - 0.5) : 1
      const g = Math.hypot(
        (pixels[i + 1] as number) - (pixels[i - 1] as number),
        (pixels[i + side] as number) - (pixels[i - side] as number),
      )
      lengths += g * share(x) * share(y)
    }
  expect(sum).toBeCloseTo(lengths, -1)
  expect(softFeatures(soft, 0.2).every(Number.isFinite)).toBe(true)
})

test('the lasso meets its optimality conditions', () => {
  const size = 12
  const dictionary = noise(size * 20, 5).map((v) => v / 200)
  const gram = new Float32Array(size * size)
  const right = new Float32Array(size)
  const target = noise(20, 6).map((v) => v / 100)
  for (let i = 0; i < size; i++) {
    for (let d = 0; d < 20; d++)
      right[i] = (right[i] as number) + (dictionary[i * 20 + d] as number) * (target[d] as number)
    for (let j = 0; j < size; j++)
      for (let d = 0; d < 20; d++)
        gram[i * size + j] =
          (gram[i * size + j] as number) + (dictionary[i * 20 + d] as number) * (dictionary[j * 20 + d] as number)
  }
  const alpha = new Float32Array(size)
  lasso(gram, right, alpha, { lambda: 0.05, sweeps: 500 })
  expect(alpha.some((a) => a > 0)).toBe(true)
  expect(alpha.some((a) => a === 0)).toBe(true)
  // `right` now holds b - G a
  alpha.forEach((a, i) => {
    const residual = (right[i] as number) - 0.05
    if (a > 0) expect(Math.abs(residual)).toBeLessThan(1e-3)
    else expect(residual).toBeLessThan(1e-3)
  })
})

describe('integration of differences', () => {
  const width = 24
  const height = 17
  const truth = Float32Array.from(
    { length: width * height },
    (_, i) => Math.sin((i % width) / 4) * 30 + (i / width) * 2,
  )
  const across = truth.map((v, i) => (truth[i + 1] ?? 0) - v)
  const down = truth.map((v, i) => (truth[i + width] ?? 0) - v)
  test('gives the picture back, up to its mean', () => {
    const { data } = integrate({ width, height, across, down }, { screen: 1e-8, tolerance: 1e-9, iterations: 2000 })
    const shift = (truth[0] as number) - (data[0] as number)
    expect(Math.max(...data.map((v, i) => Math.abs(v + shift - (truth[i] as number))))).toBeLessThan(0.01)
  })
  test('fills a hole harmonically', () => {
    const inside = (i: number) => i % width > 8 && i % width < 14 && i / width > 5 && i / width < 11
    const acrossWeight = truth.map((_, i) => (inside(i) || inside(i + 1) ? 0.01 : 1))
    const downWeight = truth.map((_, i) => (inside(i) || inside(i + width) ? 0.01 : 1))
    const free = {
      across: across.map((v, i) => ((acrossWeight[i] as number) < 1 ? 0 : v)),
      down: down.map((v, i) => ((downWeight[i] as number) < 1 ? 0 : v)),
    }
    const { data } = integrate(
      { width, height, ...free, acrossWeight, downWeight },
      { screen: 1e-8, tolerance: 1e-9, iterations: 4000 },
    )
    for (let i = 0; i < data.length; i++) {
      const around = [data[i - 1], data[i + 1], data[i - width], data[i + width]] as number[]
      if (inside(i)) expect(Math.abs((data[i] as number) - around.reduce((a, b) => a + b) / 4)).toBeLessThan(0.01)
    }
  })
})
