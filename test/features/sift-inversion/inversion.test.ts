import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { grey } from '../../../src/features/grey.ts'
import { correlation } from '../../../src/features/hog-inversion/index.ts'
import { shrink } from '../../../src/features/itti-koch/index.ts'
import { type Sift, sift } from '../../../src/features/sift/index.ts'
import {
  describeAt,
  descriptorDistance,
  invertSift,
  nearest,
  part,
  patchBankFile,
  patchSide,
  readPatchBank,
  siftInversionFeature,
} from '../../../src/features/sift-inversion/index.ts'
import { blur } from '../../../src/image/index.ts'
import type { Plane } from '../../../src/tensor/index.ts'
import { photo } from '../photo.ts'

const bank = readPatchBank(readFileSync(new URL(`../../../${patchBankFile}`, import.meta.url)))
let plane: Plane
let found: Sift

beforeAll(async () => {
  plane = grey(shrink(await photo('chelsea.png'), 256, 'test'))
  found = sift(plane, { contrast: 0.02 })
})

describe('a cat that the bank has not seen', () => {
  test('comes back: descriptors nearer than those of a blurred photograph, and alike', () => {
    const { plane: again } = invertSift(found.keypoints, found.descriptors.data, bank, plane)
    const own = descriptorDistance(describeAt(again, found.keypoints), found.descriptors.data)
    const rival = descriptorDistance(describeAt(blur(plane, 4), found.keypoints), found.descriptors.data)
    expect(own).toBeLessThan(0.85 * rival)
    expect(correlation(again, plane)).toBeGreaterThan(0.6)
  })
  test('a larger bank has nearer patches, and the picture is no worse', () => {
    const distances = [50, 500, 5000].map((size) => {
      const { distance } = nearest(found.descriptors.data, found.keypoints.length, part(bank, size))
      return distance.reduce((a, b) => a + b, 0) / distance.length
    })
    expect(distances[1]).toBeLessThan(distances[0] as number)
    expect(distances[2]).toBeLessThan(distances[1] as number)
    const likeness = (size: number) =>
      correlation(invertSift(found.keypoints, found.descriptors.data, part(bank, size), plane).plane, plane)
    expect(likeness(5000)).toBeGreaterThan(likeness(20))
  })
  test('its descriptors taken again from itself are the same', () => {
    expect(descriptorDistance(describeAt(plane, found.keypoints), found.descriptors.data)).toBe(0)
  })
})

test('identity: with its own patch in the bank a region comes back, turned and scaled', () => {
  const side = 96
  const wave = (x: number, y: number) => 100 * Math.sin(x / 9) * Math.cos(y / 7) + x
  const picture = {
    width: side,
    height: side,
    data: Float32Array.from({ length: side * side }, (_, i) => wave(i % side, Math.floor(i / side))),
  }
  const region = { x: 50.3, y: 44.8, sigma: 6, angle: 37 }
  const [cos, sin] = [Math.cos((37 * Math.PI) / 180) * 3, Math.sin((37 * Math.PI) / 180) * 3]
  const patch = Float32Array.from({ length: patchSide * patchSide }, (_, i) => {
    const u = (i % patchSide) - 11.5
    const v = Math.floor(i / patchSide) - 11.5
    return wave(region.x + cos * u - sin * v, region.y + sin * u + cos * v)
  })
  const own = {
    descriptors: { rows: 1, columns: 128, data: new Float32Array(128) },
    patches: { rows: 1, columns: 1, data: Float32Array.of(1) },
    basis: { rows: 1, columns: patch.length, data: patch },
  }
  const { plane: again, coverage } = invertSift([region], new Uint8Array(128), own, picture)
  const pick = ({ data }: Plane): Plane => {
    const inside = data.filter((_, i) => (coverage[i] as number) > 0)
    return { width: inside.length, height: 1, data: inside }
  }
  expect(correlation(pick(again), pick(picture))).toBeGreaterThan(0.99)
})

describe('bad input', () => {
  test('no keypoint: an even picture', () => {
    const { plane: again, coverage } = invertSift([], new Uint8Array(0), bank, { width: 3, height: 3 })
    expect([...again.data]).toEqual(Array(9).fill(0))
    expect(coverage.every((count) => count === 0)).toBe(true)
  })
  test('a region larger than the picture, or far outside it', () => {
    const regions = [
      { x: 2, y: 2, sigma: 300, angle: 0 },
      { x: 900, y: -900, sigma: 2, angle: 10 },
    ]
    const { plane: again, top } = invertSift(regions, new Uint8Array(256), bank, { width: 5, height: 4 })
    expect(again.data.every(Number.isFinite)).toBe(true)
    expect(top.every((region) => region === 0)).toBe(true)
  })
  test('wrong shapes', () => {
    const one = { x: 0, y: 0, sigma: 1, angle: 0 }
    expect(() => invertSift([one], new Uint8Array(127), bank, { width: 5, height: 4 })).toThrow('need 128 numbers')
    expect(() => invertSift([{ ...one, x: Number.NaN }], new Uint8Array(128), bank, { width: 5, height: 4 })).toThrow(
      'Region 0',
    )
    expect(() => part(bank, 0)).toThrow('1 to 5000')
  })
  test('the feature says that there is nothing to rebuild', () => {
    const feature = siftInversionFeature(bank)
    const options = Object.fromEntries(Object.entries(feature.options).map(([key, { default: value }]) => [key, value]))
    const image = { width: 40, height: 40, data: new Uint8Array(4800).fill(100) }
    expect(feature.run([image], options as never).result).toMatchObject({
      keypoints: 0,
      note: expect.stringContaining('No keypoint'),
    })
  })
})
