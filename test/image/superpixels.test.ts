/** SLIC and Felzenszwalb on pictures of which the regions are known. */

import { describe, expect, test } from 'vitest'
import { felzenszwalb, membersOf, type Segments, slic } from '../../src/image/index.ts'
import { lab } from '../../src/image/superpixels/lab.ts'
import { type Image, random } from '../../src/tensor/index.ts'

const colours = [
  [200, 40, 40],
  [40, 160, 60],
  [50, 70, 200],
  [230, 220, 90],
] as const

function painted(width: number, height: number, region: (x: number, y: number) => number, spread = 0): Image {
  const draws = random(1).normals(3 * width * height)
  const data = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const i = 3 * (y * width + x) + c
        const level = (colours[region(x, y)] as readonly number[])[c] as number
        data[i] = Math.max(0, Math.min(255, Math.round(level + spread * (draws[i] as number))))
      }
  return { width, height, data }
}

const quarters = (x: number, y: number) => (x < 24 ? 0 : 1) + (y < 16 ? 0 : 2)

/** Whether the cut is the given one, up to the names. */
function agrees(segments: Segments, region: (x: number, y: number) => number, regions: number): void {
  const pairs = new Set(
    Array.from(segments.labels, (label, i) => `${label} ${region(i % segments.width, Math.floor(i / segments.width))}`),
  )
  expect(pairs.size).toBe(regions)
  expect(segments.count).toBe(regions)
}

/** Every region is one piece, and they are numbered by their first pixels. */
function sound({ labels, count, width }: Segments): void {
  let next = 0
  for (const label of labels) if (label === next) next++
  expect(next).toBe(count)
  for (const members of membersOf({ labels, count })) {
    const inside = new Set(members)
    const reached = new Set([members[0] as number])
    for (const i of reached)
      for (const j of [
        i - width,
        i + width,
        ...(i % width > 0 ? [i - 1] : []),
        ...((i + 1) % width > 0 ? [i + 1] : []),
      ])
        if (inside.has(j)) reached.add(j)
    expect(reached.size).toBe(members.length)
  }
}

test('L*a*b* of white, black, and the primaries (CIE, D65)', () => {
  const data = Uint8Array.from([255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
  const expected = [100, 0, 0, 0, 0, 0, 53.24, 80.09, 67.2, 87.73, -86.18, 83.18, 32.3, 79.19, -107.86]
  lab({ width: 5, height: 1, data }).forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(0.02)
  })
})

describe('four colours, with noise', () => {
  test.each([0, 8])('SLIC with four seeds finds the four (noise %i)', (spread) => {
    agrees(slic(painted(48, 32, quarters, spread), { segments: 4, sigma: 0 }), quarters, 4)
  })

  test.each([0, 8])('Felzenszwalb finds the four (noise %i)', (spread) => {
    agrees(felzenszwalb(painted(48, 32, quarters, spread), { scale: 1000, sigma: 0 }), quarters, 4)
  })

  test('Felzenszwalb: a ring around a disc, of whatever form', () => {
    const target = (x: number, y: number) => {
      const r = Math.hypot(x - 30, y - 20)
      return r < 7 ? 0 : r < 15 ? 1 : 2
    }
    agrees(felzenszwalb(painted(60, 40, target), { scale: 100, sigma: 0 }), target, 3)
  })

  test('Felzenszwalb: the scale decides whether a ramp is one region', () => {
    const data = Uint8Array.from({ length: 3 * 64 * 8 }, (_, i) => 4 * (Math.floor(i / 3) % 64))
    const ramp = { width: 64, height: 8, data }
    expect(felzenszwalb(ramp, { sigma: 0, scale: 1000 }).count).toBe(1)
    // Steps of 4 levels in each of three colours: 6.9 between columns; a column's 8 pixels allow 8 / 8 = 1.
    expect(felzenszwalb(ramp, { sigma: 0, scale: 8, least: 1 }).count).toBe(64)
  })
})

test.each([1, 9, 50, 200])('SLIC on one colour: about %i regions of about equal size', (segments) => {
  const flat = painted(90, 70, () => 2)
  const cut = slic(flat, { segments })
  expect(cut.count).toBeGreaterThan(0.8 * segments)
  expect(cut.count).toBeLessThan(1.25 * segments)
  const sizes = membersOf(cut).map((members) => members.length)
  expect(Math.max(...sizes)).toBeLessThan(2.5 * Math.min(...sizes))
})

test('on noise every region is one piece, none is a speck', () => {
  const data = Uint8Array.from(random(3).uniforms(3 * 64 * 48), (u) => Math.floor(256 * u))
  const picture = { width: 64, height: 48, data }
  const [a, b] = [slic(picture, { segments: 30 }), felzenszwalb(picture, { least: 15 })]
  sound(a)
  sound(b)
  expect(Math.min(...membersOf(a).map((members) => members.length))).toBeGreaterThanOrEqual((64 * 48) / 30 / 4)
  expect(Math.min(...membersOf(b).map((members) => members.length))).toBeGreaterThanOrEqual(15)
})

test.each([slic, felzenszwalb])('a picture of one pixel has one region', (cut) => {
  expect(cut({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) })).toMatchObject({ count: 1 })
})
