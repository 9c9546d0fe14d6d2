import { describe, expect, test } from 'vitest'
import { cannyFeature } from '../../../src/features/canny/index.ts'
import {
  houghCircles,
  houghCirclesFeature,
  houghLines,
  houghLinesFeature,
  houghLinesProbabilistic,
  houghSegmentsFeature,
  radiusVotes,
  votersOf,
  votesOf,
} from '../../../src/features/hough/index.ts'
import { noise } from '../photo.ts'

/** Ten pixels on the diagonal of a 20x20 map, and nothing else. */
const diagonal = { width: 20, height: 20, data: new Uint8Array(400) }
for (let i = 5; i < 15; i++) diagonal.data[i * 20 + i] = 255

describe('a diagonal of ten pixels', () => {
  test('is one line through the corner, at 135 degrees', () => {
    const { lines, counts } = houghLines(diagonal, { threshold: 9 })
    expect(lines.map(({ votes }) => votes)).toEqual([10])
    // neighbouring cells have ten votes too, the first of them is the peak
    expect(Math.abs((lines[0]?.theta ?? 0) - (3 * Math.PI) / 4)).toBeLessThan(0.06)
    expect(lines[0]?.rho).toBe(0)
    expect(counts).toMatchObject({ edges: 10, votes: 1800, peaks: 1 })
  })
  test('the curve of each of its pixels passes through the peak, and the peak knows its voters', () => {
    const { accumulator } = houghLines(diagonal, { threshold: 9 })
    const at = (i: number) => votesOf(accumulator, i, i)[135]
    expect(new Set(Array.from({ length: 10 }, (_, k) => at(5 + k)))).toEqual(new Set([accumulator.zero]))
    expect([...votersOf(accumulator, diagonal, 135, accumulator.zero)]).toEqual(
      Array.from({ length: 10 }, (_, k) => 21 * (5 + k)),
    )
  })
  test('is one segment from end to end, whatever the order of the votes', () => {
    for (const seed of [1, 2, 3]) {
      const { segments } = houghLinesProbabilistic(diagonal, { threshold: 9, length: 5, gap: 1, seed })
      const ends = segments.map(({ x0, y0, x1, y1 }) => [
        Math.min(x0, x1),
        Math.min(y0, y1),
        Math.max(x0, x1),
        Math.max(y0, y1),
      ])
      expect(ends).toEqual([[5, 5, 14, 14]])
    }
  })
  test('votes that were taken back leave an empty accumulator', () => {
    const { accumulator, counts } = houghLinesProbabilistic(diagonal, { threshold: 10, length: 5 })
    expect(counts).toMatchObject({ votes: 1800, withdrawn: 1800, walks: 1 })
    expect(accumulator.votes.every((votes) => votes === 0)).toBe(true)
  })
})

test('an odd number of angles votes as the slow way does', () => {
  const theta = Math.PI / 7
  const { accumulator } = houghLines(diagonal, { theta, threshold: 0 })
  const slow = new Int32Array(accumulator.votes.length)
  for (let i = 5; i < 15; i++)
    votesOf(accumulator, i, i).forEach((distance, n) => {
      const cell = n * accumulator.distances + distance
      slow[cell] = (slow[cell] as number) + 1
    })
  expect(accumulator.angles).toBe(7)
  expect(accumulator.votes).toEqual(slow)
})

test('a disc is a circle of its centre and radius', () => {
  const data = Float32Array.from(
    { length: 64 * 64 },
    (_, i) => 255 * Math.min(1, Math.max(0, 20.5 - Math.hypot((i % 64) - 30, Math.floor(i / 64) - 34))),
  )
  const { circles } = houghCircles({ width: 64, height: 64, data }, { votes: 40, smallest: 5, largest: 30 })
  expect(circles.length).toBe(1)
  // OpenCV's centres lie at the middle of a cell, half a pixel on
  expect(Math.abs((circles[0]?.x ?? 0) - 30.5)).toBeLessThanOrEqual(1)
  expect(Math.abs((circles[0]?.y ?? 0) - 34.5)).toBeLessThanOrEqual(1)
  expect(Math.abs((circles[0]?.radius ?? 0) - 20)).toBeLessThanOrEqual(1.5)
})

test('votes of one radius reach 1 at the centre of a whole circle', () => {
  const one = new Uint8Array(41 * 41)
  one[20 * 41 + 20] = 1
  const ring = radiusVotes({ width: 41, height: 41, data: one }, 12)
  const back = radiusVotes({ width: 41, height: 41, data: Uint8Array.from(ring, (v) => (v > 0 ? 1 : 0)) }, 12)
  expect(back[20 * 41 + 20]).toBeCloseTo(1, 5)
})

describe('bad input', () => {
  const empty = (side: number) => ({ width: side, height: side, data: new Uint8Array(side * side) })
  test.each([1, 3])('%ix%i without edges finds nothing', (side) => {
    expect(houghLines(empty(side)).lines).toEqual([])
    expect(houghLinesProbabilistic(empty(side)).segments).toEqual([])
    expect(houghCircles({ width: side, height: side, data: new Float32Array(side * side) }).circles).toEqual([])
  })
  test('one edge pixel', () => {
    const one = { width: 1, height: 1, data: Uint8Array.of(1) }
    expect(houghLines(one, { threshold: 1 }).lines).toEqual([])
    expect(houghLinesProbabilistic(one, { threshold: 1, length: 0 }).segments).toEqual([{ x0: 0, y0: 0, x1: 0, y1: 0 }])
  })
  test('sizes and options', () => {
    expect(() => houghLines({ width: 2, height: 2, data: new Uint8Array(3) })).toThrow('2x2 edge map with 3 bytes')
    expect(() => houghLines(empty(3), { theta: 0 })).toThrow('theta > 0')
    expect(() => houghLines(empty(3), { theta: 1e-9 })).toThrow('too large')
    expect(() => houghLinesProbabilistic(empty(3), { gap: -1 })).toThrow('gap from 0 up')
    expect(() => houghCircles(noise(8, 8), { dp: 0.5 })).toThrow('dp >= 1')
    expect(() => houghLines({ width: 40000, height: 1, data: new Uint8Array(40000) })).toThrow('32767')
  })
  test('not finite', () => {
    const plane = noise(4, 4)
    plane.data[0] = Number.POSITIVE_INFINITY
    expect(() => houghCircles(plane)).toThrow('houghCircles needs finite values')
  })
})

test.each([cannyFeature, houghLinesFeature, houghSegmentsFeature, houghCirclesFeature])(
  '$name runs on pictures without edges, and says so',
  (feature) => {
    const options = Object.fromEntries(Object.entries(feature.options).map(([key, { default: value }]) => [key, value]))
    for (const side of [1, 3, 40]) {
      const image = { width: side, height: side, data: new Uint8Array(3 * side * side).fill(90) }
      const { result, stages } = feature.run([image], options as never)
      expect((result as { note: string }).note).toMatch(/^No (edge|line|segment|circle)/)
      expect(stages.every(({ picture }) => picture.data.length === 3 * picture.width * picture.height)).toBe(true)
    }
  },
)
