/** Mode `opencv` against OpenCV 4.6's golden files (scripts/features/opencv-sift.py), as sets, never by index. */

import { describe, expect, test } from 'vitest'
import { sift } from '../../../src/features/sift/index.ts'
import { compare, greyOf, ownPoints, pointsOf, readGolden } from './golden.ts'

const golden = (name: string) => readGolden(new URL(`fixtures/${name}.bin`, import.meta.url))

const cases = [
  { name: 'coffee', image: 'grey', table: 'table', vectors: 'descriptors', second: false },
  { name: 'chelsea', image: 'grey', table: 'table', vectors: 'descriptors', second: false },
  { name: 'chelsea', image: 'second', table: 'secondTable', vectors: 'secondDescriptors', second: true },
] as const

describe.each(cases)('$name, $image', ({ name, image, table, vectors, second }) => {
  const file = golden(name)
  const size = second ? (file.header.second as { width: number; height: number }) : file.header
  const plane = greyOf(file, image, size)
  const theirs = pointsOf(file, table, vectors)

  test.each(['wasm-simd', 'typescript'] as const)('keypoints and descriptors, %s', (engine) => {
    const { keypoints, descriptors } = sift(plane, { mode: 'opencv', engine })
    const result = compare(ownPoints(keypoints, descriptors), theirs)
    expect(result.recall).toBeGreaterThanOrEqual(0.998)
    expect(result.precision).toBeGreaterThanOrEqual(0.998)
    expect(result.positionP99).toBeLessThanOrEqual(0.01)
    expect(result.positionMax).toBeLessThanOrEqual(0.05)
    expect(result.sizeP99).toBeLessThanOrEqual(0.001)
    expect(result.angleP99).toBeLessThanOrEqual(0.05)
    expect(result.identical).toBeGreaterThanOrEqual(0.95)
    expect(result.withinOne).toBeGreaterThanOrEqual(0.995)
    expect(result.descriptorP99).toBeLessThanOrEqual(4)
  })
})

test('octave and layer are those that OpenCV packs', () => {
  const file = golden('coffee')
  const rows = new Float32Array(file.block('table').buffer.slice(0))
  const theirs = new Map<string, string>()
  for (let i = 0; i < rows.length; i += 7)
    theirs.set(
      `${rows[i]?.toFixed(1)},${rows[i + 1]?.toFixed(1)},${rows[i + 3]?.toFixed(0)}`,
      `${((rows[i + 5] ?? 0) + 1) % 256},${rows[i + 6]}`,
    )
  const { keypoints } = sift(greyOf(file), { mode: 'opencv' })
  const same = keypoints.filter(
    ({ x, y, angle, octave, layer }) =>
      theirs.get(`${x.toFixed(1)},${y.toFixed(1)},${angle.toFixed(0)}`) === `${octave},${layer}`,
  )
  expect(same.length / keypoints.length).toBeGreaterThan(0.95)
})

test('the comparison can fail: a quarter of a pixel is seen', () => {
  const file = golden('coffee')
  const theirs = pointsOf(file)
  const { keypoints, descriptors } = sift(greyOf(file), { mode: 'aligned' })
  const result = compare(ownPoints(keypoints, descriptors), theirs)
  expect(result.recall).toBeLessThan(0.95)
  expect(result.positionP99).toBeGreaterThan(0.2)
  expect(result.identical).toBeLessThan(0.1)
})
