/** What the model sees, and the way back to the original image. Pixels against torchvision and timm: reference.test.ts. */

import { describe, expect, test } from 'vitest'
import { apply, type Fit, place, project, resizePlane, toOriginal } from '../../src/image/index.ts'
import type { Image, Plane } from '../../src/tensor/index.ts'

const fits: readonly Fit[] = [
  { mode: 'crop', resize: 256, crop: { width: 224, height: 224 } },
  { mode: 'crop', cropPct: 0.9, crop: { width: 225, height: 225 }, filter: 'bicubic' },
  { mode: 'crop', cropPct: 0.875, crop: { width: 160, height: 224 } },
  { mode: 'stretch', width: 224, height: 200 },
  { mode: 'letterbox', width: 224, height: 224 },
  { mode: 'letterbox', width: 301, height: 199 },
]
const sizes = [
  [451, 300],
  [299, 451],
  [333, 501],
  [97, 97],
  [225, 224],
] as const

/** The centre of mass of what exceeds half of the maximum, in pixels (the centre of the first pixel is 0.5). */
function centre({ width, data }: Plane): [number, number] {
  const level = data.reduce((most, v) => (v > most ? v : most), 0) / 2
  let [x, y, sum] = [0, 0, 0]
  data.forEach((v, i) => {
    if (!(v > level)) return
    x += (v - level) * ((i % width) + 0.5)
    y += (v - level) * (Math.floor(i / width) + 0.5)
    sum += v - level
  })
  return [x / sum, y / sum]
}

/** A black photograph with a soft white disc at (cx, cy). */
function disc(width: number, height: number, cx: number, cy: number, radius: number): Image {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < width * height; i++) {
    const away = Math.hypot((i % width) + 0.5 - cx, Math.floor(i / width) + 0.5 - cy)
    data.fill(Math.round(255 * Math.exp(-((away / radius) ** 2))), 3 * i, 3 * i + 3)
  }
  return { width, height, data }
}

describe('a bright spot of the photograph comes back to its place within half a pixel', () => {
  for (const [width, height] of sizes)
    for (const fit of fits)
      test(`${width}x${height}, ${JSON.stringify(fit)}`, () => {
        for (const [sx, sy] of [
          [0.5, 0.5],
          [0.37, 0.41],
          [0.6, 0.64],
        ] as const) {
          const [cx, cy] = [sx * width, sy * height]
          const placement = place(width, height, fit)
          const input = apply(disc(width, height, cx, cy, Math.min(width, height) / 25), placement, fit)
          const seen = {
            width: input.width,
            height: input.height,
            data: Float32Array.from(input.data.filter((_, i) => i % 3 === 0)),
          }
          const [x, y] = centre(toOriginal(seen, placement))
          expect(Math.abs(x - cx)).toBeLessThan(0.5)
          expect(Math.abs(y - cy)).toBeLessThan(0.5)
        }
      })
})

describe('a hot cell of a 7x7 map lands on the middle of its field', () => {
  for (const fit of fits)
    test(JSON.stringify(fit), () => {
      const placement = place(451, 300, fit)
      const heat = { width: 7, height: 7, data: new Float32Array(49) }
      heat.data[3 * 7 + 2] = 1
      const { seen } = placement
      const [x, y] = centre(toOriginal(heat, placement))
      expect(Math.abs(x - (seen.x + (2.5 / 7) * seen.width))).toBeLessThan(0.5)
      expect(Math.abs(y - (seen.y + (3.5 / 7) * seen.height))).toBeLessThan(0.5)
    })
})

test('outside the crop there is no data, inside there is everywhere', () => {
  const placement = place(451, 300, fits[0] as Fit)
  const map = toOriginal({ width: 1, height: 1, data: Float32Array.of(3) }, placement)
  const { seen } = placement
  map.data.forEach((v, i) => {
    const [x, y] = [(i % 451) + 0.5, Math.floor(i / 451) + 0.5]
    const inside = x >= seen.x && x <= seen.x + seen.width && y >= seen.y && y <= seen.y + seen.height
    expect(v).toBe(inside ? 3 : Number.NaN)
  })
})

test('the numbers of one placement', () => {
  const placement = place(451, 300, fits[0] as Fit)
  expect(placement.resized).toEqual({ width: 384, height: 256 })
  expect(placement.offset).toEqual({ x: 80, y: 16 })
  expect(placement.seen.x).toBeCloseTo((80 * 451) / 384, 12)
  expect(placement.seen.width).toBeCloseTo((224 * 451) / 384, 12)
  const letterbox = place(200, 100, { mode: 'letterbox', width: 64, height: 64 })
  expect(letterbox.resized).toEqual({ width: 64, height: 32 })
  expect(letterbox.seen).toEqual({ x: 0, y: -50, width: 200, height: 200 })
})

test('letterbox pads with its colour', () => {
  const fit: Fit = { mode: 'letterbox', width: 4, height: 4, color: [1, 2, 3] }
  const image = { width: 4, height: 2, data: new Uint8Array(24).fill(200) }
  const { data } = apply(image, place(4, 2, fit), fit)
  expect([...data.subarray(0, 3)]).toEqual([1, 2, 3])
  expect([...data.subarray(12, 15)]).toEqual([200, 200, 200])
  expect([...data.subarray(45)]).toEqual([1, 2, 3])
})

test('NaN is no data: it does not spread beyond half a cell', () => {
  const source = { width: 3, height: 1, data: Float32Array.of(1, Number.NaN, 5) }
  const wide = resizePlane(source, 12, 1)
  expect([...wide.data].map((v) => (Number.isNaN(v) ? '-' : v)).join('')).toBe('1111----5555')
})

test('projecting nearest keeps the cells', () => {
  const source = { width: 2, height: 1, data: Float32Array.of(1, 2) }
  const map = project(source, { x: 1, y: 0, width: 4, height: 2 }, 6, 2, { filter: 'nearest' })
  expect([...map.data]).toEqual([Number.NaN, 1, 1, 2, 2, Number.NaN, Number.NaN, 1, 1, 2, 2, Number.NaN])
})

test('refuses sizes below one and the wrong image', () => {
  expect(() => place(0, 10, fits[0] as Fit)).toThrow('0x10')
  const image = { width: 2, height: 2, data: new Uint8Array(12) }
  expect(() => apply(image, place(3, 2, fits[0] as Fit), fits[0] as Fit)).toThrow('3x2')
})
