import { describe, expect, it } from 'vitest'
import {
  contextFeature,
  countAnnotations,
  countScenes,
  type Detection,
  type Pmi,
  parseDetections,
  pmi,
  pmiOf,
  rescore,
} from '../../../src/features/context/index.ts'

describe('counting', () => {
  it('counts a label once a scene, and pairs both ways', () => {
    const { labels, single, pair, scenes } = countScenes([['b', 'a', 'a'], ['a'], ['c', 'b']])
    expect({ labels, scenes, single: [...single], pair: [...pair] }).toEqual({
      labels: ['a', 'b', 'c'],
      scenes: 3,
      single: [2, 2, 1],
      pair: [2, 1, 0, 1, 2, 1, 0, 1, 1],
    })
  })
  it('groups annotations by image', () => {
    const found = countAnnotations([
      { image: '1.jpg', label: 'a' },
      { image: '2.jpg', label: 'b' },
      { image: '1.jpg', label: 'b' },
    ])
    expect(found).toEqual(countScenes([['a', 'b'], ['b']]))
  })
})

describe('mutual information', () => {
  it('is ln of joint over product, by hand with k = 1', () => {
    // N = 4, n_a = 2, n_b = 3, n_ab = 2: (2 + 1) / 8 over (2 + 2) / 8 · (3 + 2) / 8
    const table = pmi(countScenes([['a', 'b'], ['a', 'b'], ['b'], ['c']]), 1)
    expect(pmiOf(table, 'a', 'b')).toBeCloseTo(Math.log(3 / 8 / ((4 / 8) * (5 / 8))), 12)
    expect(pmiOf(table, 'b', 'a')).toBe(pmiOf(table, 'a', 'b'))
  })
  it('is 0 for independent labels, and nearly so whatever k', () => {
    const scenes = [['a', 'b'], ['a'], ['b'], []]
    expect(pmiOf(pmi(countScenes(scenes), 1e-9), 'a', 'b')).toBeCloseTo(0, 8)
    expect(pmiOf(pmi(countScenes(scenes), 5), 'a', 'b')).toBeCloseTo(0, 8)
  })
  it('knows nothing of labels that were never counted', () =>
    expect(pmiOf(pmi(countScenes([['a']])), 'a', 'zebra')).toBe(0))
})

/** A planted table: lake things keep company, street things keep company, the two avoid one another. */
const lake = ['duck', 'water', 'reed']
const street = ['car', 'bus', 'road']
const labels = [...lake, ...street]
const planted: Pmi = {
  labels,
  values: Float64Array.from({ length: 36 }, (_, i) => (Math.floor(i / 18) === Math.floor((i % 6) / 3) ? 1 : -1)),
}
const order = (found: readonly { label: string; rescored: number; region?: unknown }[], region: number) =>
  found
    .filter((d) => d.region === region)
    .sort((a, b) => b.rescored - a.rescored)
    .map((d) => d.label)

describe('re-scoring', () => {
  const regions: Detection[] = [
    { region: 0, label: 'duck', score: 0.8 },
    { region: 0, label: 'bus', score: 0.1 },
    { region: 1, label: 'water', score: 0.9 },
    { region: 1, label: 'road', score: 0.05 },
    { region: 2, label: 'reed', score: 0.45 },
    { region: 2, label: 'car', score: 0.5 },
  ]
  it('drops the corrupted label below its alternative, and no other order moves', () => {
    const found = rescore(regions, planted)
    expect(order(found, 2)).toEqual(['reed', 'car'])
    expect(order(found, 0)).toEqual(['duck', 'bus'])
    expect(order(found, 1)).toEqual(['water', 'road'])
  })
  it('is the formula, by hand', () => {
    const [car] = rescore(
      [
        { label: 'car', score: 0.5 },
        { label: 'water', score: 0.9 },
        { label: 'bus', score: 0.2 },
      ],
      planted,
      2,
    )
    expect(car?.rescored).toBeCloseTo(1 / (1 + Math.exp(-2 * (-0.9 + 0.2))), 12)
    expect(car?.reasons).toEqual([
      { label: 'water', logits: -1.8 },
      { label: 'bus', logits: 0.4 },
    ])
  })
  it('leaves everything alone without company, with lambda 0, or with unknown labels', () => {
    expect(rescore([{ label: 'car', score: 0.7 }], planted)[0]?.rescored).toBe(0.7)
    expect(rescore(regions, planted, 0).map((d) => d.rescored)).toEqual(regions.map((d) => d.score))
    expect(
      rescore(
        [
          { label: 'x', score: 1 },
          { label: 'y', score: 0 },
        ],
        planted,
      ).map((d) => d.rescored),
    ).toEqual([1, 0])
  })
  it('keeps certain scores finite', () => {
    const found = rescore(
      [
        { label: 'duck', score: 1 },
        { label: 'car', score: 0 },
        { label: 'water', score: 1 },
      ],
      planted,
    )
    for (const { rescored } of found) expect(rescored > 0 && rescored < 1).toBe(true)
  })
})

describe('the record', () => {
  const image = { width: 8, height: 8, data: new Uint8Array(192) }
  it('lets the car fall among duck, water and reed with the hand-made scenes', () => {
    const defaults = { detections: 'duck .8, water .9, reed .6, car .7', scenes: '', lambda: 1, k: 0.5 }
    const { result, stages } = contextFeature.run([image], defaults)
    const { detections } = result as { detections: { label: string; score: number; rescored: number }[] }
    const fell = detections.filter((d) => d.rescored < d.score).map((d) => d.label)
    expect(fell).toEqual(['car'])
    expect(stages).toHaveLength(4)
  })
  it("counts the user's own scenes", () => {
    const { result } = contextFeature.run([image], {
      detections: 'a .5, b .5, q .5',
      scenes: 'a, b; a, b; c',
      lambda: 1,
      k: 0.5,
    })
    expect(result).toMatchObject({ source: '3 scenes of yours', unknown: ['q'] })
  })
  it('reads alternatives of one region', () => {
    expect(parseDetections('duck .5 / traffic light .4, water .9')).toEqual([
      { label: 'duck', score: 0.5, region: 0 },
      { label: 'traffic light', score: 0.4, region: 0 },
      { label: 'water', score: 0.9, region: 1 },
    ])
  })
})

describe('bad input', () => {
  it('is refused in words', () => {
    expect(() => countScenes([])).toThrow(/have none/)
    expect(() => pmi(countScenes([['a']]), 0)).toThrow(/k above 0/)
    expect(() => rescore([{ label: 'a', score: 1.2 }], planted)).toThrow(/'a' must be a probability/)
    expect(() => rescore([{ label: 'a', score: Number.NaN }], planted)).toThrow(/probability/)
    expect(() => rescore([], planted, -1)).toThrow(/from 0 up/)
    expect(() => parseDetections('duck')).toThrow(/label and a score/)
    expect(rescore([], planted)).toEqual([])
  })
})
