import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  backProjection,
  backProjectionFeature,
  countColours,
  hueSaturation,
} from '../../../src/features/back-projection/index.ts'
import type { Image } from '../../../src/tensor/index.ts'

const golden = JSON.parse(readFileSync(new URL('fixtures/opencv.json', import.meta.url), 'utf8'))
const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'))
const image: Image = { width: golden.width, height: golden.height, data: bytes(golden.rgb) }
const [x, y, width, height] = golden.box
const [hueBins, saturationBins] = golden.bins
const like = { mode: 'direct', hueBins, saturationBins, darkest: 0 } as const

describe('parity with OpenCV 4.6', () => {
  it('hue, saturation and value are identical', () => {
    const { hue, saturation, value } = hueSaturation(image)
    const hsv = bytes(golden.hsv)
    const ours = Uint8Array.from(hsv, (_, i) => [hue, saturation, value][i % 3]?.[Math.floor(i / 3)] as number)
    expect(Buffer.compare(ours, hsv)).toBe(0)
  })
  it('calcHist is identical', () => {
    const counts = countColours(hueSaturation(image), { x, y, width, height }, like).counts
    expect([...counts]).toEqual(golden.histogram)
  })
  it('calcBackProject is identical after rounding to 0..255', () => {
    const { likelihood } = backProjection(image, { x, y, width, height }, like)
    const ours = Uint8Array.from(likelihood.data, (v) => Math.round(255 * v))
    expect(Buffer.compare(ours, bytes(golden.projected))).toBe(0)
  })
})

/** A red and a green square on white; the sample is a piece of the red one. */
const squares: Image = {
  width: 60,
  height: 40,
  data: Uint8Array.from({ length: 3 * 60 * 40 }, (_, i) => {
    const [c, px, py] = [i % 3, Math.floor(i / 3) % 60, Math.floor(i / 180)]
    if (px >= 40 && px < 50 && py >= 20 && py < 30) return c === 0 ? 220 : 20
    if (px >= 5 && px < 15 && py >= 5 && py < 15) return c === 1 ? 220 : 20
    return 255
  }),
}

describe('finding', () => {
  for (const mode of ['ratio', 'direct'] as const)
    it(`finds the red square from a piece of it (${mode})`, () => {
      const { found } = backProjection(squares, { x: 42, y: 22, width: 8, height: 8 }, { mode })
      expect(Math.hypot((found?.x as number) - 45, (found?.y as number) - 25)).toBeLessThan(2)
    })
  it('gives ratios by hand: 64 sampled of 100 red pixels', () => {
    const { likelihood } = backProjection(squares, { x: 42, y: 22, width: 8, height: 8 }, { mode: 'ratio' })
    expect(likelihood.data[25 * 60 + 45]).toBeCloseTo(0.64, 6)
    expect(likelihood.data[10 * 60 + 10]).toBe(0)
  })
})

describe('bad input', () => {
  const options = {
    x: 0.4,
    y: 0.4,
    width: 0.2,
    height: 0.2,
    mode: 'ratio',
    hueBins: 30,
    saturationBins: 32,
    darkest: 16,
  } as const
  it('explains when nothing is bright enough to have a colour', () => {
    const dark = { width: 10, height: 10, data: new Uint8Array(300) }
    const { result } = backProjectionFeature.run([dark], options)
    expect(result).toMatchObject({ note: expect.stringContaining('No pixel') })
  })
  it('answers 1x1 and 3x3', () => {
    const tiny = (side: number) => ({ width: side, height: side, data: new Uint8Array(3 * side * side).fill(90) })
    for (const side of [1, 3])
      expect(backProjectionFeature.run([tiny(side)], options).result).toMatchObject({
        sample: { width: 1, height: 1 },
        note: expect.stringContaining('no place stands out'),
      })
    const spot = tiny(3)
    spot.data.set([200, 30, 30], 12)
    expect(backProjectionFeature.run([spot], options).result).toHaveProperty('found')
  })
  it('refuses a sample without pixels, and broken images', () => {
    expect(() => backProjection(squares, { x: 90, y: 0, width: 5, height: 5 })).toThrow(/holds no pixel/)
    expect(() => backProjection(squares, { x: 0, y: 0, width: Number.NaN, height: 5 })).toThrow(/holds no pixel/)
    expect(() => backProjection(squares, { x: 0, y: 0, width: 5, height: 5 }, { hueBins: 0 })).toThrow(/bins/)
    expect(() =>
      backProjection({ width: 1, height: 1, data: new Uint8Array(1) }, { x: 0, y: 0, width: 1, height: 1 }),
    ).toThrow(/1 bytes/)
  })
})
