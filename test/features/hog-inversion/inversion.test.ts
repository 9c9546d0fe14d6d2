import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { hog } from '../../../src/features/hog/index.ts'
import {
  correlation,
  halved,
  hogDictionaryFile,
  hogInversionFeature,
  type InversionMethod,
  invertHog,
  invertible,
  readHogDictionary,
} from '../../../src/features/hog-inversion/index.ts'
import { shrink } from '../../../src/features/itti-koch/index.ts'
import type { Image } from '../../../src/tensor/index.ts'
import { photo } from '../photo.ts'

const dictionary = readHogDictionary(readFileSync(new URL(`../../../${hogDictionaryFile}`, import.meta.url)))

/** None of them was seen in learning. */
const names = ['chelsea.png', 'coffee.png', 'camera.png', 'rocket.jpg'] as const
const photographs = new Map<string, Image>()

beforeAll(async () => {
  for (const name of names) photographs.set(name, shrink(await photo(name), 256, 'test'))
})

function score(name: string, method: InversionMethod, options = {}): number {
  const photograph = photographs.get(name) as Image
  const { plane } = invertHog(invertible(photograph), dictionary, method, options)
  return correlation(plane, halved(photograph, plane.width, plane.height))
}

describe('held-out photographs are recognised by correlation', () => {
  // a little under what was measured; asked for is 0.5 of ridge on half of them. The photographer's dark coat and bright
  // sky are one brightness each over many cells: a HOG does not tell which
  test.each([
    ['ridge', [0.74, 0.62, 0.36, 0.78]],
    ['elda', [0.65, 0.73, 0.42, 0.66]],
    ['dictionary', [0.72, 0.62, 0.44, 0.73]],
  ] as const)('%s', (method, floors) => {
    names.forEach((name, i) => expect(score(name, method), name).toBeGreaterThan(floors[i] as number))
  })
  test('direct, on the cat', () => expect(score('chelsea.png', 'direct')).toBeGreaterThan(0.65))
})

test('direct descends, and the same seed gives the same picture', () => {
  const known = invertible(shrink(photographs.get('coffee.png') as Image, 128, 'test'))
  const first = invertHog(known, dictionary, 'direct', { steps: 15 })
  const again = invertHog(known, dictionary, 'direct', { steps: 15 })
  expect(first.losses?.[14]).toBeLessThan(0.7 * (first.losses?.[0] as number))
  expect(again.plane.data).toEqual(first.plane.data)
})

test('only the numbers of the HOG are read, not the photograph', () => {
  const known = invertible(photographs.get('coffee.png') as Image)
  const bare = { ...known, gradient: { width: 0, height: 0, dx: new Float32Array(0), dy: new Float32Array(0) } }
  expect(invertHog(bare, dictionary, 'ridge', { stride: 8 }).plane.data).toEqual(
    invertHog(known, dictionary, 'ridge', { stride: 8 }).plane.data,
  )
})

describe('bad input', () => {
  const even = (side: number) => ({ width: side, height: side, data: new Uint8Array(3 * side * side).fill(50) })
  test('too small', () => {
    for (const side of [1, 3, 50])
      expect(() => invertHog(invertible(even(side)), dictionary, 'ridge')).toThrow('a picture of 56x56 pixels')
  })
  test('another convention', () => {
    expect(() => invertHog(hog(even(64)), dictionary, 'ridge')).toThrow('convention uoctti with cells of 8 pixels')
  })
  test('an even picture stays finite', () => {
    for (const method of ['elda', 'ridge', 'direct', 'dictionary'] as const) {
      const { plane } = invertHog(invertible(even(64)), dictionary, method, { steps: 3 })
      expect(plane.data.every(Number.isFinite)).toBe(true)
    }
  })
  test('other bytes', () => {
    expect(() => readHogDictionary(new Uint8Array(3))).toThrow('no file of learned matrices')
    const text = new TextEncoder().encode('    {} ')
    text.set([3, 0, 0, 0])
    expect(() => readHogDictionary(text)).toThrow("has no 'hogMean'")
  })
})

test('the feature shows each way and all together', () => {
  const feature = hogInversionFeature(dictionary)
  const options = Object.fromEntries(Object.entries(feature.options).map(([key, { default: value }]) => [key, value]))
  const { result, stages } = feature.run([shrink(photographs.get('rocket.jpg') as Image, 96, 'test')], {
    ...options,
    steps: 2,
  } as never)
  expect((result as { ways: unknown[] }).ways.length).toBe(4)
  expect(stages.map(({ name }) => name)).toEqual([
    'photograph',
    'HOG',
    'exemplar LDA',
    'ridge regression',
    'direct',
    'paired dictionary',
    'side by side',
  ])
})
