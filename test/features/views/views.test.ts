import { describe, expect, it } from 'vitest'
import {
  falseColourFeature,
  nightVision,
  saliencyCrop,
  saliencyCropFeature,
  thermal,
} from '../../../src/features/views/index.ts'
import type { Image, Plane } from '../../../src/tensor/index.ts'

const plane = (width: number, height: number, f: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => f(i % width, Math.floor(i / width))),
})
const picture = (width: number, height: number, f: (x: number, y: number) => readonly number[]): Image => {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < width * height; i++) data.set(f(i % width, Math.floor(i / width)), 3 * i)
  return { width, height, data }
}

describe('crop', () => {
  const spot = plane(64, 48, (x, y) => Math.exp(-((x - 48) ** 2 + (y - 12) ** 2) / 18))
  it('closes in on the one salient spot, with the shape that was asked for', () => {
    for (const aspect of [0.5, 1, 16 / 9]) {
      const { rect, kept } = saliencyCrop(spot, 640, 480, { aspect })
      expect(rect.width / rect.height).toBeCloseTo(aspect, 6)
      expect(kept).toBeGreaterThanOrEqual(0.7)
      expect(Math.abs(rect.x + rect.width / 2 - 485)).toBeLessThan(30)
      expect(Math.abs(rect.y + rect.height / 2 - 125)).toBeLessThan(30)
      expect(rect.width * rect.height).toBeLessThan(0.15 * 640 * 480)
    }
  })
  it('stays inside the picture and grows with what must be kept', () => {
    const areas = [0.3, 0.6, 0.9].map((keep) => {
      const { rect } = saliencyCrop(spot, 640, 480, { keep })
      expect(
        rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= 640 + 1e-6 && rect.y + rect.height <= 480 + 1e-6,
      ).toBe(true)
      return rect.width * rect.height
    })
    expect(areas).toEqual([...areas].sort((a, b) => a - b))
  })
  it('says how much it kept: all of it when it is the whole', () =>
    expect(saliencyCrop(spot, 640, 480, { aspect: 640 / 480, keep: 1 }).kept).toBeCloseTo(1, 5))
  it('is the middle, and says so, when nothing is salient', () => {
    const { rect, kept } = saliencyCrop(
      plane(9, 9, () => 0.2),
      90,
      60,
    )
    expect({ rect, kept }).toEqual({ rect: { x: 15, y: 0, width: 60, height: 60 }, kept: 0 })
  })
  it('works on one pixel, and refuses NaN and impossible shapes', () => {
    expect(
      saliencyCrop(
        plane(1, 1, () => 1),
        1,
        1,
      ).kept,
    ).toBe(0)
    expect(() =>
      saliencyCrop(
        plane(2, 1, (x) => (x ? Number.NaN : 1)),
        2,
        1,
      ),
    ).toThrow(/finite/)
    expect(() => saliencyCrop(spot, 640, 480, { aspect: 0 })).toThrow(/aspect/)
    expect(() => saliencyCrop(spot, 640, 480, { keep: 1.5 })).toThrow(/share/)
  })
  it('cuts out what the record says', () => {
    const image = picture(96, 64, (x, y) => (Math.hypot(x - 70, y - 30) < 6 ? [250, 240, 60] : [60, 60, 70]))
    const { result, stages } = saliencyCropFeature.run([image], { saliency: 'spectral-residual', aspect: 1, keep: 0.6 })
    const { crop } = result as { crop: { x: number; y: number; width: number; height: number } }
    const last = stages[stages.length - 1]?.picture as Image
    expect([last.width, last.height]).toEqual([crop.width, crop.height])
    expect([...last.data.slice(0, 3)]).toEqual([
      ...image.data.slice(3 * (crop.y * 96 + crop.x), 3 * (crop.y * 96 + crop.x) + 3),
    ])
  })
})

describe('false colours', () => {
  const ramp = picture(256, 8, (x) => [x, x, x])
  it('thermal: brighter is never darker, from the stretched range', () => {
    const { picture: shown, tone, range } = thermal(ramp)
    expect(range).toEqual([2, 253])
    expect(tone.data[0]).toBe(0)
    expect(tone.data[255]).toBe(1)
    const luma = Array.from(
      { length: 256 },
      (_, x) =>
        0.3 * (shown.data[3 * x] as number) +
        0.59 * (shown.data[3 * x + 1] as number) +
        0.11 * (shown.data[3 * x + 2] as number),
    )
    luma.slice(1).forEach((v, i) => expect(v).toBeGreaterThanOrEqual((luma[i] as number) - 1.5))
  })
  it('night vision is green, and the same for the same seed', () => {
    const a = nightVision(ramp, { seed: 4 }).picture.data
    for (let i = 0; i < a.length; i += 3)
      expect(a[i + 1]).toBeGreaterThanOrEqual(Math.max(a[i] as number, a[i + 2] as number))
    expect(nightVision(ramp, { seed: 4 }).picture.data).toEqual(a)
    expect(nightVision(ramp, { seed: 5 }).picture.data).not.toEqual(a)
  })
  it('adds no grain where none is asked for: equal pixels stay equal', () => {
    const { tone } = nightVision(
      picture(9, 9, () => [128, 128, 128]),
      { grain: 0 },
    )
    expect(tone.data[40]).toBeCloseTo(tone.data[39] as number, 1)
    expect(tone.data.every((v) => v >= 0 && v <= 1)).toBe(true)
  })
  it('answers constant and tiny images', () => {
    for (const image of [picture(1, 1, () => [0, 0, 0]), picture(3, 3, () => [255, 255, 255])])
      expect(falseColourFeature.run([image], { gamma: 1, grain: 0.1, seed: 1 }).stages).toHaveLength(4)
    expect(() => thermal({ width: 2, height: 2, data: new Uint8Array(3) })).toThrow(/3 bytes/)
  })
})
