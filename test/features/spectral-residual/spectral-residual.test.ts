import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dft, spectralResidual, spectralResidualFeature } from '../../../src/features/spectral-residual/index.ts'
import type { Image } from '../../../src/tensor/index.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'))
const floats = (base64: string) => new Float32Array(bytes(base64).buffer)
const flat = (width: number, height: number, v: number): Image => ({
  width,
  height,
  data: new Uint8Array(3 * width * height).fill(v),
})
const furthest = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] as number))), 0)

describe('parity with cv2.saliency 4.6', () => {
  const golden = read('opencv')
  // Doubles against OpenCV's approximate angles; on white noise, whose map is the most sensitive, 6.1e-5 was measured.
  for (const [name, limit] of [
    ['photo', 4e-5],
    ['square', 1e-4],
  ] as const)
    it(`${name}: within ${limit}`, () => {
      const { width, height, rgb, saliency } = golden[name]
      const found = spectralResidual({ width, height, data: bytes(rgb) }, { mode: 'opencv' })
      expect(furthest(found.saliency.data, floats(saliency))).toBeLessThan(limit)
    })
})

describe("the paper's formula", () => {
  const twin = read('twins')
  const grey = bytes(twin.grey)
  const image = {
    width: twin.width,
    height: twin.height,
    data: Uint8Array.from({ length: 3 * grey.length }, (_, i) => grey[Math.floor(i / 3)] as number),
  }

  it('equals a NumPy twin of it', () => {
    const found = spectralResidual(image)
    expect(furthest(found.residual.data, floats(twin.residual))).toBeLessThan(1e-5)
    expect(furthest(found.map.data, floats(twin.saliency))).toBeLessThan(1e-5)
  })
  it('turns with the image: half a turn of one is half a turn of the other', () => {
    const turned = { ...image, data: image.data.slice().reverse() }
    const back = spectralResidual(turned).map.data.slice().reverse()
    // log A is even and the phase of the turned image is conjugate up to a shift, so the maps agree.
    expect(furthest(spectralResidual(image).map.data, back)).toBeLessThan(1e-4)
  })
  it('finds one bright square on an even texture', () => {
    const data = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 64, Math.floor(i / 192)]
      if (x >= 40 && x < 46 && y >= 20 && y < 26) return 250
      return 120 + 20 * Math.sin(x) + 20 * Math.cos(y)
    })
    const { map } = spectralResidual({ width: 64, height: 64, data })
    const best = map.data.indexOf(Math.max(...map.data))
    expect(Math.hypot((best % 64) - 42.5, Math.floor(best / 64) - 22.5)).toBeLessThan(5)
  })
})

describe('transform', () => {
  it('returns to where it began, divided by the number of pixels', () => {
    const re = Float64Array.from({ length: 35 }, (_, i) => Math.sin(i * i))
    const back = dft(dft({ width: 7, height: 5, re, im: new Float64Array(35) }, -1), 1)
    re.forEach((v, i) => expect((back.re[i] as number) / 35).toBeCloseTo(v, 12))
  })
  it('puts a cosine of two turns at frequencies 2 and -2', () => {
    const re = Float64Array.from({ length: 16 }, (_, x) => Math.cos((2 * Math.PI * 2 * x) / 16))
    const found = dft({ width: 16, height: 1, re, im: new Float64Array(16) }, -1)
    found.re.forEach((v, k) => expect(v).toBeCloseTo(k === 2 || k === 14 ? 8 : 0, 12))
  })
})

describe('bad input', () => {
  it('answers constant and tiny images with zeros and a reason', () => {
    for (const image of [flat(1, 1, 5), flat(3, 3, 0), flat(80, 60, 255)])
      for (const mode of ['paper', 'opencv'] as const)
        expect(spectralResidual(image, { mode }).saliency.data.every((v) => v === 0)).toBe(true)
    const { result } = spectralResidualFeature.run([flat(80, 60, 9)], { mode: 'paper', side: 64, sigma: 2.5 })
    expect(result).toEqual({ note: 'The image is constant: nothing is unexpected.' })
  })
  it('is finite on images with empty frequencies', () => {
    const stripes = {
      ...flat(64, 64, 0),
      data: Uint8Array.from({ length: 3 * 4096 }, (_, i) => (Math.floor(i / 3) % 2) * 255),
    }
    expect(spectralResidual(stripes).saliency.data.every(Number.isFinite)).toBe(true)
  })
  it('takes an image of 3x3 pixels that differ', () => {
    const image = { width: 3, height: 3, data: Uint8Array.from({ length: 27 }, (_, i) => i * 9) }
    expect(spectralResidual(image).saliency.data.every(Number.isFinite)).toBe(true)
  })
  it('refuses what is empty, broken, or out of range', () => {
    expect(() => spectralResidual({ width: 0, height: 4, data: new Uint8Array() })).toThrow(/nothing to look at/)
    expect(() => spectralResidual({ width: 4, height: 4, data: new Uint8Array(4) })).toThrow(/4 bytes/)
    expect(() => spectralResidual(flat(8, 8, 1), { side: 4096 })).toThrow(/8 to 128/)
    expect(() => spectralResidual(flat(8, 8, 1), { sigma: Number.NaN })).toThrow(/8 to 128/)
  })
})
