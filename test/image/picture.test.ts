/** What is drawn: colour maps, overlays, text, PNG files, and a contact sheet against the golden one that a person looked at. */

import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  canvas,
  colormap,
  colormaps,
  colorOf,
  contactSheet,
  ellipsis,
  ellipsisInside,
  encodePng,
  measure,
  overlay,
  type Panel,
  scaleOf,
  text,
  wrap,
} from '../../src/image/index.ts'
import { decodeImage } from '../../src/platform/decode-node.ts'
import type { Image, Plane } from '../../src/tensor/index.ts'
import { pattern } from './pattern.ts'

const pixel = ({ width, data }: Image, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
]
const plane = (width: number, height: number, f: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => f(i % width, Math.floor(i / width))),
})

describe('colour maps', () => {
  test('each has 256 colours, and the ends and middles are matplotlib’s', () => {
    for (const name of colormaps) expect(colormap(name).length, name).toBe(768)
    const at = (name: string, i: number) => [...colormap(name).subarray(3 * i, 3 * i + 3)]
    expect([at('viridis', 0), at('viridis', 255)]).toEqual([
      [68, 1, 84],
      [253, 231, 37],
    ])
    expect([at('RdBu', 0), at('RdBu', 255)]).toEqual([
      [5, 48, 97],
      [103, 0, 31],
    ])
    expect(at('gray', 100)).toEqual([100, 100, 100])
    expect(at('seismic', 128)).toEqual([255, 253, 253])
  })

  test('an unknown name is answered with a near one', () => {
    expect(() => colormap('virdis')).toThrow("did you mean 'viridis'")
    expect(() => colormap('toString')).toThrow("no colour map 'toString'")
  })

  test('values are clamped', () => {
    const gray = colormap('gray')
    expect([colorOf(gray, -5, 0, 1), colorOf(gray, 9, 0, 1), colorOf(gray, 0.5, 0, 1)]).toEqual([
      [0, 0, 0],
      [255, 255, 255],
      [128, 128, 128],
    ])
  })
})

describe('overlay', () => {
  const photo = canvas(40, 20, [200, 100, 50])
  const dimmed = [111, 79, 64]

  test('a box is outlined where it lies, scaled with the picture', () => {
    const options = { kind: 'positive', opacity: 0, contour: false, width: 100 } as const
    const black = canvas(200, 100, [0, 0, 0])
    const flat = { width: 1, height: 1, data: Float32Array.of(1) }
    const box = { x: 40, y: 20, width: 100, height: 60 }
    const [plain, framed] = [overlay(black, flat, options), overlay(black, flat, { ...options, box })]
    const changed = (x: number, y: number) => {
      const at = 3 * (y * 100 + x)
      return (framed.data[at] as number) - (plain.data[at] as number) > 128
    }
    expect([changed(20, 25), changed(69, 25), changed(45, 10), changed(45, 39)]).toEqual([true, true, true, true])
    expect([changed(45, 25), changed(10, 25), changed(85, 25), changed(45, 46)]).toEqual([false, false, false, false])
  })

  test('scales: positive from zero, signed symmetric, pixel clipped', () => {
    const map = plane(10, 20, (x, y) => (x === 9 && y === 19 ? -4 : x / 9))
    expect(scaleOf(map, { kind: 'positive' })).toEqual({ colormap: 'inferno', min: 0, max: 1 })
    expect(scaleOf(map, { kind: 'signed' })).toEqual({ colormap: 'RdBu', min: -4, max: 4, zero: 0 })
    expect(scaleOf(map, { kind: 'pixel' })).toEqual({ colormap: 'magma', min: 0, max: 1 })
    expect(scaleOf(map, { kind: 'positive', max: 7, colormap: 'jet' })).toEqual({ colormap: 'jet', min: 0, max: 7 })
  })

  test('below a tenth the photograph stays, dimmed; from 60 % on the map is at full opacity; between in linear light', () => {
    const map = plane(40, 20, (x) => (x < 10 ? 0.09 : x < 20 ? 0.35 : x < 30 ? 0.7 : 1))
    const result = overlay(photo, map, { kind: 'positive', opacity: 1, contour: false, colormap: 'gray' })
    expect(pixel(result, 2, 5)).toEqual(dimmed)
    expect(pixel(result, 35, 5)).toEqual([255, 255, 255])
    expect(pixel(result, 25, 5)).toEqual([179, 179, 179])
    const light = (v: number) => ((v / 255 + 0.055) / 1.055) ** 2.4
    const half = (a: number, b: number) => 255 * (1.055 * ((light(a) + light(b)) / 2) ** (1 / 2.4) - 0.055)
    pixel(result, 15, 5).forEach((v, c) => {
      expect(Math.abs(v - half(dimmed[c] as number, 89))).toBeLessThan(1.5)
    })
  })

  test('a map without positive values leaves the photograph, dimmed', () => {
    for (const value of [0, -1]) {
      const result = overlay(
        photo,
        plane(7, 7, () => value),
        { kind: 'positive' },
      )
      expect(new Set(result.data)).toEqual(new Set(dimmed))
    }
  })

  test('signed: blue is negative, red is positive, zero shows the photograph', () => {
    const map = plane(3, 1, (x) => x - 1)
    const result = overlay(photo, map, { kind: 'signed', cells: true, opacity: 1 })
    expect(pixel(result, 2, 5)).toEqual([5, 48, 97])
    expect(pixel(result, 20, 5)).toEqual(dimmed)
    expect(pixel(result, 37, 5)).toEqual([103, 0, 31])
  })

  test('pixel: alone on black, by magnitude', () => {
    const result = overlay(
      photo,
      plane(40, 20, (x) => (x === 7 ? -2 : 0)),
      { kind: 'pixel', clip: 1, colormap: 'gray' },
    )
    expect(pixel(result, 3, 3)).toEqual([0, 0, 0])
    expect(pixel(result, 7, 3)).toEqual([255, 255, 255])
  })

  test('no data is grey, and the rest is framed', () => {
    const result = overlay(
      photo,
      plane(7, 7, () => 0),
      { kind: 'positive', rect: { x: 10, y: 0, width: 20, height: 20 } },
    )
    for (let y = 0; y < 20; y++) for (const x of [0, 9, 30, 39]) expect(new Set(pixel(result, x, y)).size).toBe(1)
    expect(pixel(result, 20, 10)).toEqual(dimmed)
    expect(pixel(result, 10, 1)[0]).toBeGreaterThan(235)
  })

  test('no line around specks', () => {
    const drawn = (map: ReturnType<typeof plane>) => {
      const [lined, bare] = [true, false].map((contour) =>
        overlay(canvas(140, 140, [0, 0, 0]), map, { kind: 'positive', contour }),
      ) as [Image, Image]
      return lined.data.reduce((count, value, i) => count + (value !== bare.data[i] ? 1 : 0), 0) / 3
    }
    const hill = plane(14, 14, (x, y) => Math.exp(-((x - 7) ** 2 + (y - 7) ** 2) / 8))
    const lined = drawn(hill)
    expect(lined).toBeGreaterThan(100)
    // One more cell just above the half: its part of the line would be a few pixels.
    const speck = plane(14, 14, (x, y) => (x === 1 && y === 1 ? 0.6 : (hill.data[14 * y + x] as number)))
    expect(drawn(speck)).toBe(lined)
  })

  test('half of the maximum is drawn as a line', () => {
    const ramp = plane(40, 20, (x) => x / 39)
    const result = overlay(photo, ramp, { kind: 'positive', width: 80 })
    expect([result.width, result.height]).toEqual([80, 40])
    const bright = Array.from({ length: 70 }, (_, x) => x).filter((x) => Math.min(...pixel(result, x, 20)) > 120)
    expect(bright).toEqual([39, 40])
  })

  test('an infinite value is refused', () => {
    expect(() =>
      overlay(
        photo,
        plane(2, 2, () => Infinity),
        { kind: 'positive' },
      ),
    ).toThrow('infinite')
  })
})

describe('text', () => {
  test('is measured as it is drawn, kerned, with tabular figures', () => {
    const style = { size: 20 }
    expect(measure('AV', style)).toBeLessThan(measure('A', style) + measure('V', style))
    expect(measure('111', style)).toBeCloseTo(measure('888', style), 9)
    const target = canvas(120, 30, [255, 255, 255])
    text(target, 10, 22, 'Heatmap', { ...style, color: [0, 0, 0] })
    const inked = Array.from({ length: 120 }, (_, x) => x).filter((x) =>
      Array.from({ length: 30 }, (_, y) => pixel(target, x, y)[0]).some((v) => (v ?? 255) < 128),
    )
    expect(inked[0]).toBeGreaterThanOrEqual(10)
    expect(inked.at(-1)).toBeLessThanOrEqual(10 + measure('Heatmap', style))
    expect(inked.at(-1)).toBeGreaterThan(10 + measure('Heatmap', style) - 4)
  })

  test('an unknown character is a box, not nothing', () => {
    const target = canvas(30, 30, [255, 255, 255])
    text(target, 5, 22, '中', { size: 20 })
    expect(target.data.some((v) => v < 100)).toBe(true)
  })

  test('long lines end in an ellipsis or are wrapped', () => {
    const style = { size: 12 }
    const long = 'mountain lion, puma, cougar, catamount, panther'
    const cut = ellipsis(long, 100, style)
    expect(cut.endsWith('…') && measure(cut, style) <= 100).toBe(true)
    expect(ellipsis('tabby', 100, style)).toBe('tabby')
    for (const line of wrap(long, 100, style)) expect(measure(line, style)).toBeLessThanOrEqual(100)
    expect(wrap(long, 100, style).join(' ')).toBe(long)
  })
})

describe('PNG', () => {
  test('comes back bit for bit, RGB and RGBA', async () => {
    const image = pattern(61, 37)
    const back = await decodeImage(encodePng(image))
    expect(back).toEqual(image)
    const data = new Uint8Array(61 * 37 * 4).fill(255)
    for (let i = 0; i < 61 * 37; i++) data.set(image.data.subarray(3 * i, 3 * i + 3), 4 * i)
    expect(await decodeImage(encodePng({ width: 61, height: 37, data }))).toEqual(image)
  })

  test('carries text: Latin-1 as tEXt, the rest as iTXt', async () => {
    const file = encodePng(pattern(3, 3), { text: { Title: 'Grüße', Method: 'Δ' } })
    const latin1 = Buffer.from(file).toString('latin1')
    expect(latin1).toContain('tEXtTitle\0Grüße')
    expect(latin1).toContain(`iTXtMethod\0\0\0\0\0${Buffer.from('Δ').toString('latin1')}`)
    expect((await decodeImage(file)).width).toBe(3)
    expect(() => encodePng(pattern(3, 3), { text: { Ж: 'x' } })).toThrow('keyword')
  })

  test('refuses data of another size', () => {
    expect(() => encodePng({ width: 2, height: 2, data: new Uint8Array(4) })).toThrow('no RGB or RGBA')
  })
})

test('a long name keeps its beginning and its end', () => {
  const style = { size: 12 } as const
  const name = 'layer /backbone/features.13/block/block.3/block.3.0/Conv_output_0 · 7 × 7'
  const cut = ellipsisInside(name, 320, style)
  expect(cut).toMatch(/^layer \/back.*….*Conv_output_0 · 7 × 7$/)
  expect(measure(cut, style)).toBeLessThanOrEqual(320)
  expect(ellipsisInside('short', 320, style)).toBe('short')
})

describe('contact sheet', () => {
  const photo = canvas(90, 60, [200, 120, 60])
  for (let i = 0; i < 5400; i++) photo.data[3 * i + 1] = 2 * (i % 90)
  const seen = { x: 20, y: 5, width: 50, height: 50 }
  const map = plane(7, 7, (x, y) => Math.exp(-((x - 3) ** 2 + (y - 2) ** 2) / 3) - 0.3)
  const panel = (kind: 'positive' | 'signed'): Panel => ({
    title: kind,
    image: overlay(photo, map, { kind, rect: seen, width: 320 }),
    scale: scaleOf(map, { kind }),
    caption: ['layer features.12 · 7 × 7'],
  })

  test('looks as it did when a person looked at it', async () => {
    const sheet = contactSheet({
      title: 'pattern — golden 99.5 %',
      subtitle: 'What moves logit 3',
      bars: [
        { label: 'golden', value: 0.995 },
        { label: 'a label that is much too long to fit', value: 0.005 },
      ],
      panels: [
        { title: 'photograph', image: photo, frame: seen },
        panel('positive'),
        { ...panel('signed'), status: 'no positive evidence' },
      ],
    })
    const path = new URL('./fixtures/contact-sheet.png', import.meta.url)
    if (process.env.FOVEA_UPDATE_GOLDEN) writeFileSync(path, encodePng(sheet, { level: 9 }))
    const golden = await decodeImage(new Uint8Array(readFileSync(path)))
    expect([sheet.width, sheet.height]).toEqual([golden.width, golden.height])
    const worst = sheet.data.reduce((most, v, i) => Math.max(most, Math.abs(v - (golden.data[i] as number))), 0)
    expect(worst).toBeLessThanOrEqual(2)
  })

  test('up to 12 panels at most four a row, more in a sheet about as wide as high, in balanced rows', () => {
    const sizes = [1, 4, 5, 8, 9, 12, 13, 50].map((n) => {
      const panels = Array.from({ length: n }, (_, i) => ({ title: `${i}`, image: photo }))
      const { width, height } = contactSheet({ title: 't', panels })
      return [(width - 24) / 344, height] as const
    })
    expect(sizes.map(([columns]) => columns)).toEqual([1, 4, 3, 4, 3, 4, 4, 8])
    const rows = sizes.map(([, height]) => (height - 60) / (24 + 213 + 24))
    expect(rows).toEqual([1, 1, 2, 2, 3, 3, 4, 7])
    expect(() => contactSheet({ title: 't', panels: [] })).toThrow('1 to 200')
    expect(() => contactSheet({ title: 't', panels: Array(201).fill({ title: '', image: photo }) })).toThrow('not 201')
  })

  test('a curve falls from left to right under its picture; a flat one and one of two points are drawn too', () => {
    const image = pattern(320, 96)
    const plain = contactSheet({ title: 't', panels: [{ title: 'x', image }] })
    const drawn = (values: readonly number[]) => {
      const sheet = contactSheet({ title: 't', panels: [{ title: 'x', image, curve: { label: 'loss', values } }] })
      expect(sheet.height).toBeGreaterThan(plain.height)
      // The uppermost pixel of the line in some columns, below the picture: darker than the ground line and the page.
      return [30, 120, 200].map((x) => {
        for (let y = 60 + 24 + 96 + 4; y < sheet.height; y++)
          if ((sheet.data[3 * (y * sheet.width + x)] as number) < 128) return y
        return Number.NaN
      }) as [number, number, number]
    }
    const [left, middle, right] = drawn(Array.from({ length: 50 }, (_, i) => 50 - i))
    expect(left).toBeLessThan(middle - 10)
    expect(middle).toBeLessThan(right - 10)
    expect(new Set(drawn([2, 2, 2])).size).toBe(1)
    expect(new Set(drawn([1, 2])).size).toBe(3)
  })

  test('odd photographs: towers, panoramas, single pixels', () => {
    for (const [width, height] of [
      [1, 1],
      [4, 900],
      [900, 4],
    ] as const) {
      const image = pattern(width, height)
      const sheet = contactSheet({
        title: 't',
        theme: 'dark',
        panels: [{ title: 'x', image, frame: { x: -3, y: -3, width: 2000, height: 5 } }],
      })
      expect(sheet.width).toBe(368)
      expect(sheet.height).toBeLessThan(600)
    }
  })
})
