import { describe, expect, it } from 'vitest'
import { FoveaError } from '../../../src/error/index.ts'
import {
  type Display,
  enlarge,
  findsOddBar,
  gabor,
  type Hue,
  halve,
  hues,
  ittiKoch,
  ittiKochFeature,
  localMaxima,
  normalize,
  normalizeApart,
  orientation,
  popOut,
  popOutStages,
  pyramid,
  scanPath,
} from '../../../src/features/itti-koch/index.ts'
import { type Image, type Plane, random } from '../../../src/tensor/index.ts'

function plane(width: number, height: number, f: (x: number, y: number) => number): Plane {
  return {
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, i) => f(i % width, Math.floor(i / width))),
  }
}

function picture(width: number, height: number, f: (x: number, y: number) => readonly number[]): Image {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < width * height; i++) data.set(f(i % width, Math.floor(i / width)), 3 * i)
  return { width, height, data }
}

const noise = (seed: number, width: number, height: number) => {
  const draw = random(seed)
  return picture(width, height, (x, y) => [0, 1, 2].map((c) => 256 * draw.uniform(3 * (y * width + x) + c)))
}

/** Seeds that nothing was looked at with while the displays and the model were made. */
const heldOut = 10000

/** The share of held-out displays found. */
const hits = (display: Display, options: Parameters<typeof findsOddBar>[2] = {}, count = 12) =>
  Array.from({ length: count }, (_, i) => findsOddBar(display, heldOut + i, options)).filter(Boolean).length / count

describe('pop-out', () => {
  it('finds an odd colour almost always, and far more often than the plain average', () => {
    const found = hits('colour')
    expect(found).toBeGreaterThanOrEqual(0.95)
    expect(found - hits('colour', { normalization: 'none' })).toBeGreaterThanOrEqual(0.25)
  })
  const names = Object.keys(hues) as Hue[]
  const pairs = names.flatMap((own) => names.filter((other) => other !== own).map((other) => [own, other] as const))
  it.each(pairs)('finds %s among %s', (own, other) =>
    expect(hits(`${own} among ${other}`, {}, 6)).toBeGreaterThanOrEqual(0.95),
  )
  it('finds an odd brightness almost always', () => expect(hits('intensity')).toBeGreaterThanOrEqual(0.95))
  it('finds an odd direction mostly, where the plain average hardly does', () => {
    // Of 40 held-out displays 36 are found, and 3 by the plain average.
    expect(hits('orientation', {}, 20)).toBeGreaterThanOrEqual(0.6)
    expect(hits('orientation', { normalization: 'none' }, 20)).toBeLessThanOrEqual(0.2)
  })
  it('does not find a conjunction', () => expect(hits('conjunction')).toBeLessThanOrEqual(0.1))
  it('as printed, the formula does not find red among green: |R - G| is as large for both', () =>
    expect(hits('red among green', { opponency: 'paper' }, 6)).toBeLessThanOrEqual(0.2))
  it('draws the same display for the same seed, and all colours equally bright', () => {
    const again = popOut('colour', 3).image.data
    expect(popOut('colour', 3).image.data.every((v, i) => v === again[i])).toBe(true)
    expect(popOut('colour', 4).image.data.every((v, i) => v === again[i])).toBe(false)
    const { data } = popOut('conjunction', 0).image
    const sums = new Set<number>()
    for (let i = 0; i < data.length; i += 3) {
      const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number]
      if (Math.max(r, g, b) === 230) sums.add(r + g + b)
    }
    expect([...sums]).toEqual([450])
  })
  it('has pictures', () => expect(popOutStages(1).map((s) => s.name)).toContain('colour'))
})

describe('N(.)', () => {
  const bump = (cx: number, cy: number, height: number) => (x: number, y: number) =>
    height * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 4)
  const sum = (fs: ((x: number, y: number) => number)[]) => plane(40, 30, (x, y) => fs.reduce((a, f) => a + f(x, y), 0))

  it('keeps a single peak whole', () => {
    const { map, gain, maxima } = normalize(sum([bump(20, 15, 7)]))
    expect({ gain, maxima }).toEqual({ gain: 1, maxima: 1 })
    expect(map.data[15 * 40 + 20]).toBe(1)
  })
  it('removes equal peaks', () =>
    expect(normalize(sum([bump(8, 8, 5), bump(30, 8, 5), bump(20, 22, 5)])).gain).toBeCloseTo(0, 5))
  it('is (1 - m)^2 with the mean of the other peaks', () => {
    const { gain, maxima } = normalize(sum([bump(8, 8, 10), bump(30, 8, 4), bump(20, 22, 2)]))
    expect(maxima).toBe(3)
    expect(gain).toBeCloseTo((1 - 0.3) ** 2, 4)
  })
  it('ignores scale and offset', () => {
    const a = sum([bump(8, 8, 10), bump(30, 8, 4)])
    const b = { ...a, data: a.data.map((v) => 3 * v + 16) }
    expect(normalize(b).gain).toBeCloseTo(normalize(a).gain, 4)
  })
  it('answers a constant map with zeros', () => {
    const { map, gain } = normalize(plane(8, 8, () => 0.3))
    expect(gain).toBe(0)
    expect(map.data.every((v) => v === 0)).toBe(true)
  })
  it('apart: one redder place stays whole among many greener ones, which are removed', () => {
    const peaks = [bump(20, 15, 5), bump(8, 8, -5), bump(30, 8, -5), bump(20, 25, -5)]
    const { map, gain, maxima } = normalizeApart(sum(peaks))
    expect(gain).toBeCloseTo(1, 4)
    expect(maxima).toBe(1)
    expect(map.data[15 * 40 + 20]).toBeCloseTo(1, 4)
    expect(map.data[8 * 40 + 8]).toBeCloseTo(0, 5)
  })
  it('apart: the weaker part is not blown up to the size of the stronger one', () => {
    const { map } = normalizeApart(sum([bump(20, 15, 5), bump(8, 8, -0.6)]))
    expect(map.data[8 * 40 + 8]).toBeCloseTo(0.12 ** 3, 4)
  })
  it('counts a plateau once', () =>
    expect(localMaxima(plane(6, 4, (x, y) => (x > 1 && x < 5 && y === 2 ? 1 : 0)))).toHaveLength(1))
})

describe('pyramid', () => {
  it('has ceil(size / 2) at each level: level 8 of 640x480 is 3x2', () => {
    const { width, height } = pyramid(
      plane(640, 480, () => 1),
      8,
    )[8] as Plane
    expect([width, height]).toEqual([3, 2])
  })
  it('keeps a constant, down to one pixel', () => {
    for (const [w, h] of [
      [1, 1],
      [2, 1],
      [3, 5],
    ] as const)
      expect([...halve(plane(w, h, () => 7)).data].every((v) => v === 7)).toBe(true)
  })
  it('halves a ramp exactly away from the border', () => {
    const half = halve(plane(32, 8, (x) => x))
    expect([...half.data.slice(1, 15)]).toEqual(Array.from({ length: 14 }, (_, i) => 2 * i + 2))
  })
  it('puts pixel i of a coarse level at pixel factor · i', () => {
    const fine = enlarge(
      plane(5, 3, (x, y) => 8 * x + 80 * y),
      33,
      17,
      8,
    )
    expect(fine.data[16 * 33 + 32]).toBe(192)
    expect(fine.data[4 * 33 + 12]).toBeCloseTo(12 + 40, 4)
  })
})

describe('Gabor pair', () => {
  it('answers a grating of its own period and direction with its amplitude, whatever the phase', () => {
    for (const phase of [0, 1, 2]) {
      const bars = plane(60, 60, (x) => 0.5 + 0.5 * Math.cos((2 * Math.PI * x) / 7 + phase))
      const at = (degrees: number) => orientation(bars, gabor(degrees)).data[30 * 60 + 30] as number
      expect(at(90)).toBeGreaterThan(0.9)
      expect(at(90)).toBeLessThan(1.1)
      expect(at(0)).toBeLessThan(0.02)
    }
  })
  it('likes / at 45 and \\ at 135 degrees', () => {
    const slash = plane(41, 41, (x, y) => (Math.abs(x + y - 40) < 3 ? 1 : 0))
    const at = (degrees: number) => orientation(slash, gabor(degrees)).data[20 * 41 + 20] as number
    expect(at(45)).toBeGreaterThan(3 * at(135))
  })
  it('does not answer a constant', () =>
    expect(
      Math.max(
        ...orientation(
          plane(12, 12, () => 1),
          gabor(45),
        ).data,
      ),
    ).toBeLessThan(1e-6))
})

describe('saliency', () => {
  it('makes 42 feature maps and a map at level 4', () => {
    const found = ittiKoch(noise(1, 320, 256))
    expect(found.features).toHaveLength(42)
    expect([found.saliency.width, found.saliency.height]).toEqual([20, 16])
  })
  it('mirrors with the image, where sizes allow it', () => {
    // 513 = 2^9 + 1: every level's last pixel lies on the image's last pixel, so mirroring is exact.
    const image = noise(2, 513, 257)
    const mirrored = picture(513, 257, (x, y) =>
      [0, 1, 2].map((c) => image.data[3 * (y * 513 + 512 - x) + c] as number),
    )
    const [a, b] = [ittiKoch(image).saliency, ittiKoch(mirrored).saliency]
    const flipped = b.data.map((_, i) => b.data[Math.floor(i / 33) * 33 + 32 - (i % 33)] as number)
    a.data.forEach((v, i) => expect(flipped[i]).toBeCloseTo(v, 4))
  })
  it('does not change with the gain of the light', () => {
    const image = noise(3, 256, 256)
    const even = { ...image, data: image.data.map((v) => 2 * (v >> 2)) }
    const brighter = { ...image, data: even.data.map((v) => 2 * v) }
    const [a, b] = [ittiKoch(even).saliency, ittiKoch(brighter).saliency]
    a.data.forEach((v, i) => expect(b.data[i]).toBeCloseTo(v, 4))
  })
  it('adds centre and surround as printed, or subtracts them', () => {
    const red = picture(256, 256, () => [200, 20, 20])
    const strongest = (opponency: 'paper' | 'difference') =>
      Math.max(
        ...ittiKoch(red, { opponency })
          .features.filter((f) => f.feature === 'red-green')
          .map((f) => Math.max(...f.map.data)),
      )
    expect(strongest('paper')).toBeGreaterThan(1)
    expect(strongest('difference')).toBeLessThan(1e-5)
  })
})

describe('scan path', () => {
  const two = plane(
    40,
    30,
    (x, y) => Math.exp(-((x - 8) ** 2 + (y - 8) ** 2) / 8) + 0.8 * Math.exp(-((x - 30) ** 2 + (y - 20) ** 2) / 8),
  )
  it('goes to the strongest place first, then elsewhere, and comes back only after inhibition has faded', () => {
    const { fixations, radius } = scanPath(two, { fixations: 2 })
    expect(fixations.map(({ x, y }) => [x, y])).toEqual([
      [8, 8],
      [30, 20],
    ])
    expect(radius).toBe(5)
  })
  it('takes 30 to 70 ms for the first look, and visits in order of time', () => {
    const times = scanPath(two, { fixations: 4 }).fixations.map((f) => f.time)
    expect(times[0]).toBeGreaterThanOrEqual(30)
    expect(times[0]).toBeLessThanOrEqual(70)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })
  it('does not look anywhere on an empty map', () => expect(scanPath(plane(9, 9, () => 0)).fixations).toEqual([]))
})

describe('bad input', () => {
  const code = (image: Image) => {
    try {
      ittiKoch(image)
      return 'ok'
    } catch (error) {
      return error instanceof FoveaError ? error.code : `not a FoveaError: ${error}`
    }
  }
  it('refuses what is too small, empty or broken', () => {
    expect(code(noise(1, 1, 1))).toBe('FOVEA_IMAGE_TOO_SMALL')
    expect(code(noise(1, 3, 3))).toBe('FOVEA_IMAGE_TOO_SMALL')
    expect(code({ width: 0, height: 0, data: new Uint8Array() })).toBe('FOVEA_IMAGE')
    expect(code({ width: 300, height: 300, data: new Uint8Array(5) })).toBe('FOVEA_IMAGE')
    expect(code({ width: 1e5, height: 1e5, data: new Uint8Array(3) })).toBe('FOVEA_IMAGE_TOO_LARGE')
  })
  it('refuses maps and options that are no numbers', () => {
    const broken = plane(4, 4, (x) => (x === 2 ? Number.NaN : x))
    expect(() => normalize(broken)).toThrow(/finite/)
    expect(() => scanPath(broken)).toThrow(/finite/)
    expect(() =>
      scanPath(
        plane(4, 4, (x) => x),
        { disc: Number.NaN },
      ),
    ).toThrow(/disc from 0 up/)
    expect(() => ittiKoch(noise(1, 300, 300), { side: Number.NaN })).toThrow(/at least 1 pixel/)
  })
  it('explains a constant image instead of finding something in it', () => {
    for (const rgb of [
      [0, 0, 0],
      [255, 255, 255],
      [90, 20, 200],
    ])
      expect(ittiKoch(picture(256, 256, () => rgb)).saliency.data.every((v) => v === 0)).toBe(true)
    const options = { normalization: 'peaks', opponency: 'apart', side: 640, fixations: 6 } as const
    const { result, stages } = ittiKochFeature.run([picture(256, 128, () => [90, 20, 200])], options)
    expect(result).toMatchObject({ scanPath: [], note: expect.stringContaining('Nothing stands out') })
    expect(stages.map((s) => s.picture.data.length)).toEqual(stages.map((s) => 3 * s.picture.width * s.picture.height))
  })
  it('shrinks a large image to its working size', () => {
    const { image } = ittiKoch(noise(4, 1500, 1000), { side: 512 })
    expect([image.width, image.height]).toEqual([512, 341])
  })
})
