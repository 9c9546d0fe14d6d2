import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  aucJudd,
  cc,
  centrePrior,
  fixationDensity,
  fixationMetricsFeature,
  informationGain,
  kl,
  nss,
  readFixations,
  rocJudd,
  scoreFixations,
  shuffledAuc,
  sim,
} from '../../../src/features/fixation-metrics/index.ts'
import { type Plane, random } from '../../../src/tensor/index.ts'

const twin = JSON.parse(readFileSync(new URL('fixtures/twins.json', import.meta.url), 'utf8'))
const floats = (base64: string) => new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)
const plane = (data: Float32Array): Plane => ({ width: twin.width, height: twin.height, data })
const points = (pairs: [number, number][]) => pairs.map(([x, y]) => ({ x: x + 0.5, y: y + 0.5 }))
const [map, density, baseline] = [twin.map, twin.density, twin.baseline].map((b: string) => plane(floats(b))) as [
  Plane,
  Plane,
  Plane,
]
const [fixations, others] = [points(twin.fixations), points(twin.others)]
const row = (...values: number[]): Plane => ({ width: values.length, height: 1, data: Float32Array.from(values) })
const at = (...xs: number[]) => xs.map((x) => ({ x: x + 0.5, y: 0.5 }))

describe('against slow twins in NumPy', () => {
  it('NSS', () => expect(nss(map, fixations)).toBeCloseTo(twin.nss, 6))
  it('CC', () => expect(cc(map, density)).toBeCloseTo(twin.cc, 6))
  it('SIM', () => expect(sim(map, density)).toBeCloseTo(twin.sim, 6))
  it('KL', () => expect(kl(map, density)).toBeCloseTo(twin.kl, 6))
  it('AUC-Judd', () => expect(aucJudd(map, fixations)).toBeCloseTo(twin.aucJudd, 12))
  it('shuffled AUC', () => expect(shuffledAuc(map, fixations, others)).toBeCloseTo(twin.shuffledAuc, 12))
  it('information gain', () => expect(informationGain(map, fixations, baseline)).toBeCloseTo(twin.informationGain, 5))
})

describe('by hand', () => {
  it('NSS of one pixel in four is the square root of 3', () =>
    expect(nss(row(0, 0, 0, 1), at(3))).toBeCloseTo(Math.sqrt(3), 6))
  it('NSS averages fixations', () =>
    expect(nss(row(0, 0, 0, 1), at(3, 0))).toBeCloseTo((Math.sqrt(3) - 1 / Math.sqrt(3)) / 2, 6))
  it('CC is 1, -1 and 0', () => {
    expect(cc(row(1, 2, 3), row(10, 20, 30))).toBeCloseTo(1, 12)
    expect(cc(row(1, 2, 3), row(3, 2, 1))).toBeCloseTo(-1, 12)
    expect(cc(row(1, 2, 1), row(1, 2, 3))).toBeCloseTo(0, 12)
  })
  it('SIM of disjoint maps is 0, of halves a half', () => {
    expect(sim(row(1, 0), row(0, 1))).toBe(0)
    expect(sim(row(1, 1), row(0, 5))).toBeCloseTo(0.5, 6)
  })
  it('KL of the uniform from a point is ln 4', () =>
    expect(kl(row(1, 1, 1, 1), row(0, 0, 1, 0))).toBeCloseTo(Math.log(4), 6))
  it('information gain of a point over the uniform is 2 bits', () =>
    expect(informationGain(row(0, 0, 1, 0), at(2), row(1, 1, 1, 1))).toBeCloseTo(2, 6))
  it('AUC-Judd by hand: (0,0) (1/4,1/2) (3/4,1) (1,1)', () => {
    expect(rocJudd(row(4, 3, 2, 1), at(0, 2)).map((p) => [p.falsePositives, p.truePositives])).toEqual([
      [0, 0],
      [0.25, 0.5],
      [0.75, 1],
      [1, 1],
    ])
    expect(aucJudd(row(4, 3, 2, 1), at(0, 2))).toBeCloseTo(0.0625 + 0.375 + 0.25, 12)
  })
  it('shuffled AUC counts a tie a half', () => expect(shuffledAuc(row(1, 2, 2), at(1), at(0, 2))).toBe(0.75))
})

describe('closed forms', () => {
  const prior = centrePrior(64, 48)
  /** Many fixations drawn from the prior itself, by its cumulative sum. */
  const draw = random(11)
  const cumulative = prior.data.reduce<number[]>((sums, v) => [...sums, (sums[sums.length - 1] ?? 0) + v], [])
  const drawn = Array.from({ length: 4000 }, (_, i) => {
    const pixel = cumulative.findIndex((c) => c >= draw.uniform(i) * (cumulative[cumulative.length - 1] as number))
    return { x: (pixel % 64) + 0.5, y: Math.floor(pixel / 64) + 0.5 }
  })
  const uniform = { ...prior, data: new Float32Array(prior.data.length).fill(1) }

  it('a map is at no distance from itself', () => {
    expect(kl(prior, prior)).toBeCloseTo(0, 6)
    expect(sim(prior, prior)).toBeCloseTo(1, 6)
    expect(cc(prior, prior)).toBeCloseTo(1, 6)
    expect(informationGain(prior, drawn, prior)).toBe(0)
  })
  it('gains over the uniform what KL says, in bits, when fixations come from the map', () =>
    expect(informationGain(prior, drawn, uniform)).toBeCloseTo(kl(uniform, prior) / Math.LN2, 1))
  it('has the AUC of its own density', () => {
    const sorted = [...prior.data].sort((a, b) => b - a)
    let [tp, auc] = [0, 0]
    for (const p of sorted) {
      auc += (tp + p / 2) / sorted.length
      tp += p
    }
    expect(aucJudd(prior, drawn)).toBeCloseTo(auc, 1)
    expect(Math.abs(aucJudd(prior, drawn) - auc)).toBeLessThan(0.01)
  })
  it('does not reward the centre in shuffled AUC when other images are looked at the same way', () => {
    const half = drawn.length / 2
    expect(Math.abs(shuffledAuc(prior, drawn.slice(0, half), drawn.slice(half)) - 0.5)).toBeLessThan(0.02)
  })
  it('location metrics do not change with monotone (AUC) or linear (NSS) remapping', () => {
    const bent = { ...map, data: map.data.map((v) => Math.exp(v / 20)) }
    expect(aucJudd(bent, fixations)).toBeCloseTo(aucJudd(map, fixations), 12)
    const scaled = { ...map, data: map.data.map((v) => 4 * v + 64) }
    expect(nss(scaled, fixations)).toBeCloseTo(nss(map, fixations), 5)
  })
})

describe('densities', () => {
  it('sum to 1, also at the border, and peak at the fixation', () => {
    const found = fixationDensity([{ x: 0.5, y: 0.5 }], 30, 20, 3)
    expect(found.data.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    expect(found.data.indexOf(Math.max(...found.data))).toBe(0)
  })
  it('have the width that was asked for', () => {
    const found = fixationDensity([{ x: 30.5, y: 30.5 }], 61, 61, 4)
    const variance = found.data.reduce((sum, p, i) => sum + p * ((i % 61) - 30) ** 2, 0)
    expect(Math.sqrt(variance)).toBeCloseTo(4, 2)
  })
  it('the prior has sigmas of a quarter of each side', () => {
    const { data } = centrePrior(100, 60)
    expect((data[30 * 100 + 75] as number) / (data[30 * 100 + 50] as number)).toBeCloseTo(Math.exp(-0.5), 1)
  })
})

describe('scores', () => {
  it('stand beside the centre prior, whose own gain is 0', () => {
    const { map: ours, centre } = scoreFixations(map, fixations, { others })
    expect(Object.keys(ours)).toEqual(Object.keys(centre))
    expect(centre.informationGain).toBe(0)
    expect(ours.shuffledAuc).toBeCloseTo(twin.shuffledAuc, 12)
  })
})

describe('bad input', () => {
  const flat = row(1, 1, 1, 1)
  it('gives a constant map the score of knowing nothing', () => {
    expect(nss(flat, at(2))).toBe(0)
    expect(cc(flat, row(1, 2, 3, 4))).toBe(0)
    expect(aucJudd(flat, at(2))).toBe(0.5)
    expect(shuffledAuc(flat, at(2), at(1))).toBe(0.5)
    expect(informationGain(flat, at(2), flat)).toBe(0)
    expect(kl(row(0, 0, 0, 0), flat)).toBeCloseTo(0, 6)
  })
  it('refuses NaN, no fixations, fixations outside, and maps of different size', () => {
    expect(() => nss(row(1, Number.NaN), at(0))).toThrow(/finite/)
    expect(() => kl(row(1, Number.POSITIVE_INFINITY), row(1, 1))).toThrow(/finite/)
    expect(() => nss(flat, [])).toThrow(/at least one fixation/)
    expect(() => aucJudd(flat, at(4))).toThrow(/outside the 4x1 map/)
    expect(() => nss(flat, [{ x: Number.NaN, y: 0 }])).toThrow(/outside/)
    expect(() => cc(flat, row(1, 2))).toThrow(/one size/)
    expect(() => fixationDensity(at(0), 4, 1, 0)).toThrow(/sigma above 0/)
  })
})

describe('pictures of fixations', () => {
  const dots = (...places: number[]) => {
    const data = new Uint8Array(3 * 200)
    for (const i of places) data.fill(255, 3 * i, 3 * i + 3)
    return { width: 20, height: 10, data }
  }
  it('are read at their centres and scaled', () => {
    expect(readFixations(dots(0, 25), 40, 20)).toEqual([
      { x: 1, y: 1 },
      { x: 11, y: 3 },
    ])
  })
  it('must show points, not a photograph', () => {
    expect(() => readFixations(dots(), 40, 20)).toThrow(/no bright pixel/)
    expect(() => readFixations({ ...dots(), data: new Uint8Array(600).fill(200) }, 40, 20)).toThrow(/more than 5 %/)
  })
  it('are judged with the centre prior beside', () => {
    const draw = random(3)
    const image = {
      width: 96,
      height: 64,
      data: Uint8Array.from({ length: 3 * 96 * 64 }, (_, i) => 256 * draw.uniform(i)),
    }
    const { result, stages } = fixationMetricsFeature.run([image, dots(30, 77)], {
      saliency: 'spectral-residual',
      sigma: 0.04,
    })
    expect(result).toMatchObject({ fixations: 2, centrePrior: { informationGain: 0 } })
    expect(stages.map((s) => s.name)).toContain('centre prior')
  })
})
