import { describe, expect, test } from 'vitest'
import { roundEven } from '../../../src/features/round-even.ts'
import { borrow, gaussianKernel, gaussianSurface, scaleSpace } from '../../../src/features/scale-space/index.ts'
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
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4].map(roundEven)).toEqual([0, 2, 2, 0, -2, 2])
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

describe('memory is lent on, and nobody notices', () => {
  const noise = (seed: number, width = 40, height = 30) => ({
    ...flat(width, height),
    data: Float32Array.from({ length: width * height }, (_, i) => (i * seed) % 256),
  })
  type Space = ReturnType<typeof scaleSpace>
  const planesOf = ({ octaves }: Space) => octaves.flatMap(({ gaussian, difference }) => [...gaussian, ...difference])
  const copyOf = (space: Space) => planesOf(space).map(({ data }) => data.slice())
  const bufferOf = (space: Space) => borrow(space, ({ octaves }) => octaves[0]?.gaussian[0]?.data.buffer)
  const [a, b] = [copyOf(scaleSpace(noise(31))), copyOf(scaleSpace(noise(57)))]

  test('two alive at once, read in either order, are what each is alone', () => {
    const [first, second] = [scaleSpace(noise(31)), scaleSpace(noise(57))]
    expect(copyOf(first)).toEqual(a)
    expect(copyOf(second)).toEqual(b)
    const [third, fourth] = [scaleSpace(noise(31)), scaleSpace(noise(57))]
    expect(copyOf(fourth)).toEqual(b)
    expect(copyOf(third)).toEqual(a)
  })

  test('planes once handed out stay as they are, whatever comes after', () => {
    const seen = planesOf(scaleSpace(noise(31)))
    for (let i = 0; i < 3; i++) scaleSpace(noise(57))
    copyOf(scaleSpace(noise(91)))
    expect(seen.map(({ data }) => data.slice())).toEqual(a)
  })

  test('unread memory serves the next one; read memory does not', () => {
    const first = scaleSpace(noise(31))
    const buffer = bufferOf(first)
    const second = scaleSpace(noise(57))
    expect(bufferOf(second)).toBe(buffer)
    expect(planesOf(second)[0]?.data.buffer).toBe(buffer)
    expect(bufferOf(scaleSpace(noise(31)))).not.toBe(buffer)
    expect(copyOf(second)).toEqual(b)
  })

  test('the image may change after the call; a smaller image finds nothing of the larger one', () => {
    const image = noise(31)
    const first = scaleSpace(image)
    scaleSpace(noise(91, 39, 30))
    image.data.fill(0)
    expect(copyOf(first)).toEqual(a)
  })

  test('a scale space made while another is borrowed leaves it alone, also after a failure', () => {
    const outer = scaleSpace(noise(31))
    borrow(outer, ({ octaves }) => {
      const inner = scaleSpace(noise(57))
      expect(
        octaves.flatMap(({ gaussian, difference }) => [...gaussian, ...difference]).map((p) => p.data.slice()),
      ).toEqual(a)
      expect(copyOf(inner)).toEqual(b)
    })
    expect(() =>
      borrow(outer, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    scaleSpace(noise(57))
    expect(copyOf(outer)).toEqual(a)
  })
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
