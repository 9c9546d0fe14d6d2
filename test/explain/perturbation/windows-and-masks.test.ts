/** Occlusion and RISE on functions of which the answer is known: box filters, closed forms. */

import { describe, expect, test } from 'vitest'
import type { BlackBoxOptions } from '../../../src/explain/index.ts'
import { gridMasks } from '../../../src/explain/perturbation/grid-masks.ts'
import { resizePlane } from '../../../src/image/index.ts'
import { random } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'
import { explained, linear, noise, parts, scoring } from './functions.ts'

const [width, height] = [11, 9]
const image = noise(width, height)
const weights = random(2).normals(3 * width * height)
const own = parts(weights, image)
const at = (y: number, x: number) => own[y * width + x] as number

/** Which windows cover a pixel, and what each sums: written from the definition. */
function boxes(side: number, stride: number) {
  const starts = (length: number) => {
    const found = [0]
    while ((found.at(-1) as number) + side < length) found.push((found.at(-1) as number) + stride)
    return found
  }
  return starts(height).flatMap((top) =>
    starts(width).map((left) => {
      const inside = (y: number, x: number) => y >= top && y < top + side && x >= left && x < left + side
      let sum = 0
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (inside(y, x)) sum += at(y, x)
      return { inside, sum }
    }),
  )
}

describe.each([
  [3, 1],
  [4, 3],
  [5, 2],
  [8, 4],
])('occlusion, window %i, stride %i', (window, stride) => {
  test.each(['average', 'sum'])(
    'of a linear score: the box filter (%s), windows cut off at the border',
    async (spread) => {
      const windows = boxes(window, stride)
      const expected = Float64Array.from({ length: width * height }, (_, i) => {
        const over = windows.filter(({ inside }) => inside(Math.floor(i / width), i % width))
        const sum = over.reduce((total, box) => total + box.sum, 0)
        return spread === 'sum' ? sum : sum / over.length
      })
      const { raw, details } = await explained(linear(weights), image, {
        method: 'occlusion',
        options: { window, stride, spread },
      })
      expect(details?.windows).toBe(windows.length)
      expect(relativeError(raw.data, expected)).toBeLessThan(1e-6)
    },
  )
})

test('the sign of other tools: minus what falls', async () => {
  const found = async (more: BlackBoxOptions) =>
    (await explained(linear(weights), image, { method: 'occlusion', ...more })).raw.data
  const falls = await found({ options: { window: 35, stride: 1 } })
  expect(await found({ like: 'kazuto1011' })).toEqual(falls.map((value) => -value))
})

test('occlusion finds a planted patch, and nothing else', async () => {
  const inPatch = (i: number) =>
    i % width >= 6 && i % width < 9 && Math.floor(i / width) % height >= 2 && Math.floor(i / width) % height < 5
  const patch = scoring((pixels) =>
    pixels
      .slice(0, width * height)
      .filter((_, i) => inPatch(i))
      .reduce((a, b) => a * (0.5 + b), 1),
  )
  const { raw } = await explained(patch, image, { method: 'occlusion', options: { window: 1, stride: 1 } })
  raw.data.forEach((value, i) => {
    if (inPatch(i)) expect(value).not.toBe(0)
    else expect(value).toBe(0)
  })
})

describe('RISE', () => {
  const cells = 3
  const picture = noise(12, 12, 5)
  const w = random(7).normals(3 * 144)
  const pixels = parts(w, picture)
  const cellOf = (i: number) => cells * Math.floor(Math.floor(i / 12) / 4) + Math.floor((i % 12) / 4)
  const inCell = Array.from({ length: 9 }, (_, cell) =>
    pixels.filter((_, i) => cellOf(i) === cell).reduce((a, b) => a + b, 0),
  )
  const all = inCell.reduce((a, b) => a + b)

  test.each([0.5, 0.2])('all masks of an additive score, p = %f: p f + (1 - p) f_i (I14)', async (keep) => {
    const { raw, details } = await explained(linear(w), picture, {
      method: 'rise',
      options: { cells, keep, edges: 'hard', enumerate: true, centre: false },
    })
    expect(details?.masks).toBe(512)
    const expected = pixels.map((_, i) => keep * all + (1 - keep) * (inCell[cellOf(i)] as number))
    expect(relativeError(raw.data, expected)).toBeLessThan(1e-6)
    const centred = await explained(linear(w), picture, {
      method: 'rise',
      options: { cells, keep, edges: 'hard', enumerate: true },
    })
    const parts = pixels.map((_, i) => (1 - keep) * (inCell[cellOf(i)] as number))
    expect(relativeError(centred.raw.data, parts)).toBeLessThan(1e-6)
  })

  test.each([true, false])(
    'drawn masks come within four standard errors of it, the error tells how far (centre: %s)',
    async (centre) => {
      const options = { cells, keep: 0.5, edges: 'hard', shift: false, samples: 2000, centre }
      const { raw, standardError } = await explained(linear(w), picture, { method: 'rise', options })
      const far = pixels.map((_, i) => {
        const expected = (centre ? 0 : 0.5 * all) + 0.5 * (inCell[cellOf(i)] as number)
        return ((raw.data[i] as number) - expected) / (standardError?.data[i] as number)
      })
      expect(Math.max(...far.map(Math.abs))).toBeLessThan(4)
      // Nine cells: some are about one standard error off.
      expect(Math.max(...far.map(Math.abs))).toBeGreaterThan(0.3)
    },
  )

  test('a batch of one, and a batch of seven: the same map to the last bit; another seed: another map', async () => {
    const options = { samples: 40, cells: 4 }
    const run = async (batch: number, seed: number) =>
      (await explained(linear(w), picture, { method: 'rise', options: { ...options, seed }, batch })).raw.data
    expect(await run(7, 3)).toEqual(await run(1, 3))
    expect(await run(7, 4)).not.toEqual(await run(7, 3))
  })

  test('a spent budget stops it with what it has', async () => {
    const { details, raw } = await explained(linear(w), picture, { method: 'rise', budget: 0, batch: 8 })
    expect(details?.masks).toBe(8)
    expect(raw.data.every(Number.isFinite)).toBe(true)
  })

  test('masks lie in 0 … 1 with the mean p, and each is shifted by itself', () => {
    const masks = gridMasks(
      { width: 60, height: 40 },
      { cells: 5, keep: 0.3, edges: 'soft', shift: true, enumerate: false },
    )
    const drawn = Array.from({ length: 400 }, (_, i) => masks.drawn(9, i))
    let [sum, count, outside] = [0, 0, 0]
    for (const mask of drawn)
      for (const value of mask) {
        if (!(value >= 0 && value <= 1)) outside++
        sum += value
        count++
      }
    expect(outside).toBe(0)
    expect(Math.abs(sum / count - 0.3)).toBeLessThan(0.01)
    expect(masks.drawn(9, 17)).toEqual(drawn[17])
    // Where a mask bends tells its shift: 12 columns to a cell, so the kinks of unshifted masks lie at the same places.
    const kinks = (mask: Float32Array) =>
      Array.from({ length: 58 }, (_, x) =>
        Math.abs((mask[x] as number) - 2 * (mask[x + 1] as number) + (mask[x + 2] as number)) > 1e-4
          ? (x + 1) % 12
          : -1,
      ).find((x) => x >= 0)
    expect(new Set(drawn.slice(0, 16).map(kinks)).size).toBeGreaterThan(4)
  })

  test('an unshifted mask is the enlarged grid', () => {
    const masks = gridMasks(
      { width: 30, height: 20 },
      { cells: 4, keep: 0.5, edges: 'soft', shift: true, enumerate: true },
    )
    const grid = Float32Array.from({ length: 16 }, (_, k) => (0b1011001110001101 >> k) & 1)
    const { data } = resizePlane({ width: 4, height: 4, data: grid }, 32, 20)
    const expected = Float32Array.from({ length: 600 }, (_, i) => data[Math.floor(i / 30) * 32 + (i % 30)] as number)
    expect(relativeError(masks.numbered(0b1011001110001101), expected)).toBeLessThan(1e-6)
  })
})

describe('what cannot be asked is said', () => {
  const f = linear(weights)
  test.each([
    [{ method: 'grad-cam' }, /looks inside the model/],
    [{ method: 'rise', class: 3 }, /There is no score 3/],
    [{ method: 'rise', options: { enumerate: true } }, /4x4/],
    [{ method: 'occlusion', options: { baseline: 'image' } }, /none was given/],
  ])('%j', async (options, words) => {
    await expect(explained(f, image, options as never)).rejects.toThrow(words)
  })
})
