import { describe, expect, test } from 'vitest'
import { gaussianKernel, gaussianSurface, roundEven, scaleSpace } from '../../../src/features/scale-space/index.ts'
import { floats, greyOf, readGolden } from '../sift/golden.ts'

const flat = (width: number, height: number, value = 0) => ({
  width,
  height,
  data: new Float32Array(width * height).fill(value),
})

describe('kernels', () => {
  test('sum to 1, with the taps of OpenCV for sigma 1.6 and three layers', () => {
    const increments = [1.249, 1.2262735, 1.5450078, 1.9465878, 2.4525475, 3.0900155]
    expect(increments.map((sigma) => 2 * gaussianKernel(sigma).length - 1)).toEqual([11, 11, 13, 17, 21, 27])
    for (const sigma of increments) {
      const sum = gaussianKernel(sigma).reduce((total, w, i) => total + (i === 0 ? w : 2 * w), 0)
      expect(sum).toBeCloseTo(1, 6)
    }
    expect(gaussianSurface(1.6).weights.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
  })

  test('refuse a sigma without samples', () => {
    expect(() => gaussianKernel(0)).toThrow(/sigma above 0/)
    expect(() => gaussianKernel(Number.NaN)).toThrow(/sigma above 0/)
  })

  test('halves go to the even number', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4].map(roundEven)).toEqual([0, 2, 2, -0, -2, 2])
  })
})

test('every level of every octave as cv2.resize, GaussianBlur and subtract make it', () => {
  const golden = readGolden(new URL('../sift/fixtures/pyramid.bin', import.meta.url))
  const samples = floats(golden.block('samples'))
  const stride = golden.header.stride as number
  const { octaves } = scaleSpace(greyOf(golden), { upsample: 'opencv' })
  expect(octaves.map(({ gaussian }) => [gaussian[0]?.width, gaussian[0]?.height])).toEqual(golden.header.octaves)
  let at = 0
  let worst = 0
  for (const { gaussian, difference } of octaves) {
    const all = [...gaussian, ...difference].flatMap(({ data }) => [...data])
    for (let i = 0; i < all.length; i += stride)
      worst = Math.max(worst, Math.abs((all[i] ?? 0) - (samples[at++] ?? 9e9)))
  }
  expect(at).toBe(samples.length)
  expect(worst).toBeLessThan(5e-4)
})

test('a Gaussian blob stays one: sigma^2 adds up, height falls as the area grows', () => {
  const s = 4
  const size = 129
  const image = flat(size, size)
  for (let i = 0; i < size * size; i++) {
    const r2 = ((i % size) - 64) ** 2 + (Math.floor(i / size) - 64) ** 2
    image.data[i] = 200 * Math.exp(-r2 / (2 * (s * s + 0.25)))
  }
  for (const upsample of ['aligned', 'none'] as const)
    for (const { step, sigmas, gaussian } of scaleSpace(image, { upsample, octaves: 3 }).octaves)
      gaussian.forEach((plane, i) => {
        const total = s * s + (sigmas[i] ?? 0) ** 2
        const centre = plane.data[(64 / step) * plane.width + 64 / step] ?? 0
        expect(centre / ((200 * (s * s + 0.25)) / total)).toBeCloseTo(1, 2)
      })
})

test('S+3 Gaussian and S+2 DoG planes an octave; the next one starts with every second pixel of plane S', () => {
  const image = { ...flat(50, 37), data: Float32Array.from({ length: 50 * 37 }, (_, i) => (i * 7919) % 256) }
  for (const layers of [1, 3, 5]) {
    const { octaves } = scaleSpace(image, { layers })
    for (const { gaussian, difference } of octaves)
      expect([gaussian.length, difference.length]).toEqual([layers + 3, layers + 2])
    const [first, second] = [octaves[0]?.gaussian[layers], octaves[1]?.gaussian[0]]
    expect(second?.data[3 * second.width + 5]).toBe(first?.data[6 * first.width + 10])
  }
})

test('memory is reused only for the same size and options, and changes nothing', () => {
  const a = { ...flat(40, 30), data: Float32Array.from({ length: 1200 }, (_, i) => (i * 31) % 256) }
  const b = { ...flat(40, 30), data: Float32Array.from({ length: 1200 }, (_, i) => (i * 57) % 256) }
  const fresh = scaleSpace(b).octaves.map(({ gaussian }) => gaussian.map(({ data }) => data.slice()))
  const old = scaleSpace(a)
  const again = scaleSpace(b, { reuse: old })
  expect(again).toBe(old)
  expect(again.octaves.map(({ gaussian }) => gaussian.map(({ data }) => data.slice()))).toEqual(fresh)
  expect(scaleSpace(b, { reuse: old, layers: 4 })).not.toBe(old)
})

describe('bad input has a clear answer', () => {
  test('tiny images have one octave or more', () => {
    for (const [width, height] of [
      [1, 1],
      [3, 3],
      [1, 40],
      [2, 5],
    ] as const) {
      const { octaves } = scaleSpace(flat(width, height, 9))
      expect(octaves.length).toBeGreaterThan(0)
      expect(octaves[0]?.difference[0]?.data.every((v) => Math.abs(v) < 1e-5)).toBe(true)
    }
  })

  test('no pixels, not finite, too large, wrong options', () => {
    expect(() => scaleSpace(flat(0, 0))).toThrow(/no scale space/)
    const hole = flat(4, 4)
    hole.data[6] = Number.NaN
    expect(() => scaleSpace(hole)).toThrow(/NaN at pixel \(2, 1\)/)
    const huge = { width: 6000, height: 4000, data: { length: 24e6 } as Float32Array }
    expect(() => scaleSpace(huge)).toThrow(/6000x4000 image fills .* GiB/)
    expect(() => scaleSpace(flat(4, 4), { layers: 0 })).toThrow(/layers/)
    expect(() => scaleSpace(flat(4, 4), { sigma: 0.1 })).toThrow(/sigma must lie/)
    expect(() => scaleSpace(flat(4, 4), { octaves: 0 })).toThrow(/octaves/)
  })
})
