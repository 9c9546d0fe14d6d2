import { describe, expect, test } from 'vitest'
import {
  arctangent,
  describe as describeKeypoint,
  type Outcome,
  orientation,
  outcomes,
  rootSift,
  sift,
  siftFeature,
} from '../../../src/features/sift/index.ts'
import { siftTwin } from '../../../src/features/wasm/index.ts'
import { type Image, type Plane, random } from '../../../src/tensor/index.ts'
import { greyOf, readGolden } from './golden.ts'

const coffee = greyOf(readGolden(new URL('fixtures/coffee.bin', import.meta.url)))

const filled = (width: number, height: number, value: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
})

describe('gradients', () => {
  test.each([
    ['aligned', 2e-4],
    ['opencv', 0.02],
  ] as const)('%s: the angle within %f degrees', (mode, limit) => {
    for (let turn = 0; turn < 360; turn += 1.7) {
      const [dx, dy] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)]
      const plane = filled(3, 3, (x, y) => 100 + 20 * (dx * x + dy * y))
      const one = Float64Array.of(1)
      const window = { left: 1, right: 1, top: 1, bottom: 1, along: one, down: one, arctangent: arctangent[mode] }
      // One sample, shared between the bins of 360 directions: the share tells the angle.
      const pairs = siftTwin.directions(plane, window, 360, true)
      const bin = pairs.findIndex((v, i) => i % 2 === 0 && v + (pairs[i + 1] ?? 0) > 0)
      const length = (pairs[bin] ?? 0) + (pairs[bin + 1] ?? 0)
      const angle = bin / 2 + (pairs[bin + 1] ?? 0) / length
      expect(Math.abs(((angle - turn + 540) % 360) - 180)).toBeLessThan(limit)
      expect(length).toBeCloseTo(40, 3)
    }
  })
})

describe('orientation', () => {
  test.each([36, 8])('a ramp has one direction, %i bins', (bins) => {
    for (const turn of [0, 33, 90, 181, 359]) {
      const [c, s] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)]
      const { peaks } = orientation(
        filled(41, 41, (x, y) => 3 * (c * x + s * y)),
        20,
        20,
        2.5,
        { bins, arctangent: arctangent.aligned, share: true },
      )
      expect(peaks.length).toBe(1)
      expect(Math.abs((((peaks[0] ?? 0) - turn + 540) % 360) - 180)).toBeLessThan(bins === 36 ? 1 : 8)
    }
  })

  test('a roof has two opposite ones', () => {
    const { peaks } = orientation(
      filled(41, 41, (x) => -5 * Math.abs(x - 20)),
      20,
      20,
      2.5,
      { arctangent: arctangent.aligned, share: true },
    )
    expect(peaks.map((p) => Math.round(p) % 360).sort((a, b) => a - b)).toEqual([0, 180])
  })

  test('an even patch has none', () => {
    expect(
      orientation(
        filled(41, 41, () => 7),
        20,
        20,
        2.5,
        { arctangent: arctangent.aligned, share: true },
      ).peaks,
    ).toEqual([])
  })
})

describe('descriptor', () => {
  test('a ramp along the keypoint fills bin 0 of every cell, whatever the direction', () => {
    for (const angle of [0, 45, 120, 300]) {
      const [c, s] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
      const out = new Uint8Array(128)
      describeKeypoint(
        filled(101, 101, (x, y) => 2 * (c * x + s * y)),
        50,
        50,
        2,
        angle,
        { arctangent: arctangent.aligned },
        out,
      )
      out.forEach((v, i) => {
        if (i % 8 === 0) expect(v).toBeGreaterThan(20)
        else expect(v).toBeLessThan(4)
      })
    }
  })

  test('bin 2 is a gradient turned by 90 degrees counter-clockwise, upwards in the picture', () => {
    const out = new Uint8Array(128)
    describeKeypoint(
      filled(101, 101, (_, y) => -2 * y),
      50,
      50,
      2,
      0,
      { arctangent: arctangent.opencv },
      out,
    )
    expect([...out].every((v, i) => (i % 8 === 2 ? v > 20 : v < 4))).toBe(true)
  })

  test('length 512 before saturation; 2x2x8 as well; gain and offset change nothing', () => {
    const level = filled(80, 80, (x, y) => 90 * Math.sin(x / 5) * Math.cos(y / 7 + x / 11))
    for (const grid of [4, 2]) {
      const [a, b] = [new Uint8Array(grid * grid * 8), new Uint8Array(grid * grid * 8)]
      describeKeypoint(level, 40, 40, 2, 25, { grid, arctangent: arctangent.aligned }, a)
      describeKeypoint(
        { ...level, data: level.data.map((v) => 3 * v + 40) },
        40,
        40,
        2,
        25,
        { grid, arctangent: arctangent.aligned },
        b,
      )
      if (grid === 4) expect(Math.hypot(...a)).toBeCloseTo(512, -1)
      expect(Math.max(...a.map((v, i) => Math.abs(v - (b[i] ?? 0))))).toBeLessThanOrEqual(1)
    }
  })

  test('RootSIFT: unit length, and its distance is the Hellinger distance of the histograms', () => {
    const { descriptors } = sift(coffee, { most: 40 })
    const root = rootSift(descriptors)
    const row = (i: number) => [...root.data.subarray(128 * i, 128 * i + 128)]
    for (let i = 0; i < 10; i++) expect(Math.hypot(...row(i)) / root.length).toBeCloseTo(1, 3)
    const share = (i: number) => {
      const values = [...descriptors.data.subarray(128 * i, 128 * i + 128)]
      const sum = values.reduce((a, b) => a + b)
      return values.map((v) => Math.sqrt(v / sum))
    }
    const direct = Math.hypot(...share(0).map((v, i) => v - (share(1)[i] ?? 0)))
    const stored = Math.hypot(...row(0).map((v, i) => v - (row(1)[i] ?? 0))) / root.length
    expect(stored).toBeCloseTo(direct, 3)
  })
})

describe('candidates', () => {
  const { candidates, counts, keypoints, space } = sift(coffee)

  test('each has one outcome, and the counts add up', () => {
    expect(outcomes.reduce((sum, outcome) => sum + counts[outcome], 0)).toBe(candidates.length)
    for (const outcome of ['kept', 'low contrast', 'edge', 'no convergence', 'moved out'] as Outcome[])
      expect(counts[outcome]).toBeGreaterThan(0)
    expect(keypoints.length).toBeGreaterThanOrEqual(counts.kept)
  })

  test('the outcome is what the numbers say', () => {
    for (const { outcome, contrast, edge, offset, steps } of candidates) {
      const reached = Number.isFinite(contrast)
      expect(reached).toBe(outcome !== 'no convergence' && outcome !== 'moved out')
      expect(steps).toBeLessThanOrEqual(5)
      if (!reached) continue
      expect(Math.abs(contrast) * 3 < 0.04).toBe(outcome === 'low contrast')
      if (outcome !== 'low contrast') expect(edge < 12.1).toBe(outcome !== 'edge')
      expect(Math.abs(offset[2])).toBeLessThan(0.6)
    }
  })

  test('each is an extremum of its DoG plane', () => {
    for (const { octave, layer, column, row } of candidates.slice(0, 200)) {
      const planes = space.octaves[octave]?.difference.slice(layer - 1, layer + 2) ?? []
      const at = (p: number, dx: number, dy: number) =>
        planes[p]?.data[(row + dy) * (planes[p]?.width ?? 0) + column + dx] ?? 0
      const sign = Math.sign(at(1, 0, 0))
      for (let i = 0; i < 27; i++)
        expect(sign * at(1, 0, 0)).toBeGreaterThanOrEqual(
          sign * at(i % 3, (Math.floor(i / 3) % 3) - 1, Math.floor(i / 9) - 1),
        )
    }
  })

  test('most keeps the strongest', () => {
    const few = sift(coffee, { most: 20 })
    expect(few.keypoints.length).toBeGreaterThanOrEqual(20)
    expect(few.descriptors.count).toBe(few.keypoints.length)
    const least = Math.min(...few.keypoints.map(({ response }) => response))
    expect(keypoints.filter(({ response }) => response > least).length).toBeLessThanOrEqual(20)
  })

  test('fewer octaves and no small points without doubling', () => {
    const half = sift(coffee, { double: false })
    expect(half.space.octaves.length).toBeLessThan(space.octaves.length)
    expect(half.space.octaves[0]?.step).toBe(1)
    expect(Math.min(...half.keypoints.map(({ sigma }) => sigma))).toBeGreaterThan(1.6)
    expect(half.keypoints.length).toBeGreaterThan(20)
    expect(half.keypoints.length).toBeLessThan(keypoints.length)
  })
})

describe('bad input has a clear answer', () => {
  const picture = (width: number, height: number): Image => ({
    width,
    height,
    data: new Uint8Array(3 * width * height).fill(90),
  })
  const defaults = Object.fromEntries(
    Object.entries(siftFeature.options).map(([name, { default: value }]) => [name, value]),
  ) as never

  test.each([
    [1, 1],
    [3, 3],
    [2, 50],
    [64, 64],
  ])('%i x %i, even: no keypoints, and the reason', (width, height) => {
    const { keypoints, descriptors, candidates } = sift(filled(width, height, () => 90))
    expect([keypoints.length, descriptors.count, candidates.length]).toEqual([0, 0, 0])
    const { result, stages } = siftFeature.run([picture(width, height)], defaults)
    expect((result as { note: string }).note).toMatch(/^No keypoint: .*\.$/)
    for (const { picture: shown } of stages) expect(shown.data.length).toBe(3 * shown.width * shown.height)
  })

  test('not finite, too large, wrong limits', () => {
    expect(() => sift(filled(8, 8, (x) => (x === 3 ? Number.POSITIVE_INFINITY : 0)))).toThrow(
      /Infinity at pixel \(3, 0\)/,
    )
    expect(() => sift({ width: 9000, height: 9000, data: { length: 81e6 } as Float32Array })).toThrow(/GiB/)
    expect(() => sift(coffee, { contrast: -1 })).toThrow(/contrast/)
    expect(() => sift(coffee, { edge: Number.NaN })).toThrow(/edge/)
  })

  test('a checkerboard of plateaus and pure noise end', () => {
    expect(
      sift(filled(64, 64, (x, y) => 255 * ((Math.floor(x / 8) + Math.floor(y / 8)) % 2))).candidates.length,
    ).toBeGreaterThan(0)
    const { uniform } = random(5)
    expect(sift(filled(64, 64, (x, y) => 255 * uniform(64 * y + x))).keypoints.length).toBeGreaterThan(0)
  })
})
