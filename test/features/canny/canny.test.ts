import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { canny, ridge } from '../../../src/features/canny/index.ts'
import { noise, photoGrey } from '../photo.ts'

interface Case {
  picture: string
  low: number
  high: number
  norm: 'l1' | 'l2'
  count: number
  edges: string
}

const golden = JSON.parse(readFileSync(new URL('./fixtures/opencv.json', import.meta.url), 'utf8')) as {
  canny: Case[]
}

function unpack(text: string, pixels: number): Uint8Array {
  const bits = inflateSync(Buffer.from(text, 'base64'))
  return Uint8Array.from({ length: pixels }, (_, i) => ((bits[i >> 3] as number) >> (7 - (i & 7))) & 1)
}

describe('OpenCV finds the same edges', () => {
  test.each(golden.canny)('$picture $low $high $norm', async ({ picture, low, high, norm, count, edges }) => {
    const plane = await photoGrey(picture)
    const found = canny(plane, { low, high, norm })
    expect(found.counts.edges).toBe(count)
    expect(Buffer.compare(found.edges, unpack(edges, plane.data.length))).toBe(0)
  })
})

test('an upright step of one grey level has magnitude 4, and one pixel of its two survives', () => {
  const data = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 1))
  const found = canny({ width: 8, height: 8, data }, { low: 1, high: 3.5 })
  expect([...found.magnitude.data.subarray(8, 16)]).toEqual([0, 0, 0, 4, 4, 0, 0, 0])
  expect([...found.edges.subarray(8, 16)]).toEqual([0, 0, 0, 1, 0, 0, 0, 0])
})

test('a weak ridge stays only where it hangs on a strong one', () => {
  const row = (step: number) => Array.from({ length: 9 }, (_, x) => (x < 4 ? 0 : step))
  const weak = Float32Array.from([...row(10), ...row(10), ...row(10)])
  expect(canny({ width: 9, height: 3, data: weak }, { low: 20, high: 50 }).counts).toEqual({
    weak: 3,
    strong: 0,
    edges: 0,
  })
  const chain = Float32Array.from([...row(10), ...row(10), ...row(10), ...row(10), ...row(40)])
  const found = canny({ width: 9, height: 5, data: chain }, { low: 20, high: 100 })
  expect([0, 1, 2].map((y) => found.ridges[9 * y + 3])).toEqual([ridge.weak, ridge.weak, ridge.weak])
  expect([0, 1, 2].map((y) => found.edges[9 * y + 3])).toEqual([1, 1, 1])
})

describe('bad input', () => {
  test('not finite', () => {
    const plane = noise(4, 4)
    plane.data[6] = Number.NaN
    expect(() => canny(plane)).toThrow('Canny needs finite values; the plane has NaN at (2, 1).')
  })
  test('thresholds', () => expect(() => canny(noise(4, 4), { low: 5, high: 1 })).toThrow('0 <= low <= high'))
  test('huge', () =>
    expect(() => canny({ width: 65536, height: 65536, data: new Float32Array(1) })).toThrow('at most 67108864 pixels'))
  test('empty', () =>
    expect(() => canny({ width: 0, height: 0, data: new Float32Array(0) })).toThrow('nothing to look at'))
  test('constant: no edge', () =>
    expect(canny({ width: 5, height: 5, data: new Float32Array(25).fill(9) }).counts).toEqual({
      weak: 0,
      strong: 0,
      edges: 0,
    }))
})
