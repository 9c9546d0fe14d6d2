import { describe, expect, test } from 'vitest'
import { type Convention, cellHistograms, glyphPicture, hog, hogFeature } from '../../../src/features/hog/index.ts'
import type { Image } from '../../../src/tensor/index.ts'

/** An upright edge in the middle: the gradient points along x. */
function edge(side: number, upright: boolean): Image {
  const data = new Uint8Array(3 * side * side)
  for (let i = 0; i < side * side; i++) {
    const at = upright ? i % side : Math.floor(i / side)
    data.fill(at < side / 2 ? 40 : 200, 3 * i, 3 * i + 3)
  }
  return { width: side, height: side, data }
}

const conventions: readonly Convention[] = ['opencv', 'scikit-image', 'uoctti']

test.each(conventions)('%s: an upright edge votes for directions near 0 or 180 degrees only', (convention) => {
  const cells = cellHistograms(hog(edge(64, true), { convention }))
  const sums = Array.from({ length: 9 }, (_, bin) => {
    let sum = 0
    for (let i = bin; i < cells.weights.length; i += 9) sum += cells.weights[i] as number
    return sum
  })
  expect((sums[0] as number) + (sums[8] as number)).toBeGreaterThan(0)
  for (let bin = 1; bin < 8; bin++) expect(sums[bin]).toBe(0)
})

test('a level edge lies between bins 4 and 5: uoctti takes 4, and says which side is bright', () => {
  const { vector, depth } = hog(edge(64, false), { convention: 'uoctti' })
  const sums = Array.from({ length: depth }, (_, k) =>
    vector.filter((_, i) => i % depth === k).reduce((a, b) => a + b, 0),
  )
  expect(sums.flatMap((sum, k) => (k < 27 && sum > 0 ? [k] : []))).toEqual([4, 22])
})

test('the bar of an upright edge stands upright', () => {
  const cells = {
    columns: 1,
    rows: 1,
    bins: 9,
    first: 0,
    weights: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0),
    origin: 0,
  }
  const { data } = glyphPicture(cells, { size: 20, full: 1 })
  const light = (x: number, y: number) => data[3 * (y * 20 + x)] as number
  expect(light(9, 2)).toBeGreaterThan(100)
  expect(light(9, 17)).toBeGreaterThan(100)
  expect(light(2, 9)).toBe(0)
})

test.each(conventions)('%s: scaling the contrast changes little, that is what the norms are for', (convention) => {
  const soft = edge(64, true)
  const half = { ...soft, data: soft.data.map((value) => 20 + value / 2) }
  const a = hog(soft, { convention }).vector
  const b = hog(half, { convention }).vector
  expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))).toBeLessThan(0.05)
})

describe('bad input', () => {
  test.each(conventions)('%s: 1x1, 3x3 and 7x90 pixels give an empty vector and a note', (convention) => {
    for (const [width, height] of [
      [1, 1],
      [3, 3],
      [7, 90],
    ] as const) {
      const found = hog({ width, height, data: new Uint8Array(3 * width * height) }, { convention })
      expect(found.vector.length).toBe(0)
      expect(found.note).toContain(`The picture has ${width}x${height} pixels`)
    }
  })
  test.each(conventions)('%s: an even picture gives zeros', (convention) => {
    const { vector } = hog({ width: 64, height: 64, data: new Uint8Array(3 * 64 * 64).fill(77) }, { convention })
    expect(vector.length).toBeGreaterThan(0)
    expect(vector.every((value) => value === 0)).toBe(true)
  })
  test('options and sizes', () => {
    const image = edge(16, true)
    expect(() => hog(image, { convention: 'dalal' as Convention })).toThrow("not 'dalal'")
    expect(() => hog(image, { cell: 0 })).toThrow('cells of 2 pixels or more')
    expect(() => hog({ ...image, width: 17 })).toThrow('17x16 RGB pixels')
    expect(() => hog({ width: 1e5, height: 1e5, data: new Uint8Array(3) })).toThrow('make it smaller first')
  })
  test('the feature runs on a tiny picture', () => {
    const image = { width: 3, height: 3, data: new Uint8Array(27) }
    const { result, stages } = hogFeature.run([image], { convention: 'opencv', cell: 8, gamma: false, norm: 'L2-Hys' })
    expect(result).toMatchObject({ length: 0, note: expect.stringContaining('3x3') })
    expect(stages.length).toBe(2)
  })
})
