/** D-RISE: its similarity by hand, its map by a closed form and by a detector written a second time. */

import { describe, expect, test } from 'vitest'
import { explain } from '../../../src/explain/index.ts'
import {
  cosine,
  type Detection,
  detectorOutputs,
  overlap,
  similarity,
} from '../../../src/explain/perturbation/detections.ts'
import { openModel } from '../../../src/models/index.ts'
import { Builder, encodeModel } from '../../../src/onnx/index.ts'
import { float32, int64 } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'
import { file, square } from '../../target-nets.ts'
import { explained, scoring } from './functions.ts'

describe('similarity', () => {
  test('IoU and cosine against hand values', () => {
    expect(overlap([0, 0, 2, 2], [1, 1, 3, 3])).toBeCloseTo(1 / 7, 15)
    expect(overlap([0, 0, 2, 2], [0, 0, 2, 2])).toBe(1)
    expect(overlap([0, 0, 2, 2], [2, 0, 3, 2])).toBe(0)
    // A box turned inside out covers nothing.
    expect(overlap([2, 2, 0, 0], [0, 0, 2, 2])).toBe(0)
    expect(cosine([1, 0, 1], [1, 1, 0])).toBeCloseTo(1 / 2, 15)
    expect(cosine([0, 0], [1, 1])).toBe(0)
  })

  test('the best of IoU . objectness . cosine; nothing found is 0', () => {
    const wanted: Detection = { box: [0, 0, 2, 2], scores: [0.6, 0.8], objectness: 0.9 }
    const near: Detection = { box: [1, 1, 3, 3], scores: [0.8, 0.6], objectness: 0.5 }
    expect(similarity([], wanted)).toBe(0)
    expect(similarity([near], wanted)).toBeCloseTo((1 / 7) * 0.5 * 0.96, 12)
    expect(similarity([near, wanted], wanted)).toBeCloseTo(0.9, 12)
    // Without an objectness: the highest score.
    expect(similarity([{ box: [0, 0, 2, 2], scores: [0, 0.5] }], wanted)).toBeCloseTo(0.5 * 0.8, 12)
  })

  test('labels: the same or nothing', () => {
    const wanted: Detection = { box: [0, 0, 2, 2], scores: [0.9], label: 3 }
    expect(similarity([{ ...wanted, label: 2 }], wanted)).toBe(0)
    expect(similarity([{ ...wanted, scores: [0.4] }], wanted)).toBeCloseTo(0.4, 12)
  })
})

/** The detector of target_fixtures.py: 8 x 8 cells whose redness passes 0.51 after a sigmoid, each moved by a tenth of it. */
function found(pixels: ArrayLike<number>): Detection[] {
  return Array.from({ length: 16 }, (_, cell): Detection => {
    const [top, left] = [8 * Math.floor(cell / 4), 8 * (cell % 4)]
    let sum = 0
    for (let y = top; y < top + 8; y++)
      for (let x = left; x < left + 8; x++)
        [1, -0.5, -0.5].forEach((weight, c) => {
          sum += (weight * (pixels[c * 1024 + y * 32 + x] as number)) / 64
        })
    const score = 1 / (1 + Math.exp(-sum))
    return { box: [left, top, left + 8, top + 8].map((side) => side + 0.1 * score), scores: [score] }
  }).filter(({ scores }) => (scores[0] as number) > 0.51)
}

const image = square(32, [8, 16, 8])
const detector = async () => await openModel(file('detector.onnx'), { preset: 'unit' })

describe('D-RISE on a detector of red squares', () => {
  test('all masks of 2 x 2 cells: half of the score in the quarter of the square, nothing elsewhere', async () => {
    const options = { cells: 2, edges: 'hard', enumerate: true, baseline: 'black' }
    const { raw, certificate } = await explain(await detector(), image, { method: 'd-rise', options })
    // f is the score in half of the masks: cov(f, m) / p = (s / 2 - s / 4) / (1 / 2).
    const score = 1 / (1 + Math.exp(-1))
    expect(certificate.objective).toBe('max(scores)')
    expect(certificate.score).toBeCloseTo(score, 6)
    expect(certificate.details).toMatchObject({ detection: 0, masks: 16 })
    // The detector's centre is that of all redness, of which the ground has a little.
    const [x, y, width] = [expect.closeTo(8, 0), expect.closeTo(16, 0), expect.closeTo(8, 4)]
    expect(certificate.box).toEqual({ x, y, width, height: width })
    raw.data.forEach((value, i) => {
      const inside = i >= 512 && i % 32 < 16
      // float32 masks and scores.
      expect(Math.abs(value - (inside ? score / 2 : 0))).toBeLessThan(1e-6)
    })
  })

  test('drawn masks: RISE around the detector written a second time', async () => {
    const two = square(32, [8, 16, 8])
    for (let y = 0; y < 8; y++) for (let x = 24; x < 32; x++) two.data.set([255, 40, 40], 3 * (y * 32 + x))
    const options = { samples: 60, cells: 4, baseline: 'black', seed: 5 }
    for (const box of [0, 1]) {
      const model = await explain(await detector(), two, { method: 'd-rise', options: { ...options, box } })
      const pixels = Float32Array.from(
        { length: 3072 },
        (_, k) => (two.data[3 * (k % 1024) + Math.floor(k / 1024)] as number) / 255,
      )
      const wanted = found(pixels).sort((a, b) => (b.scores[0] as number) - (a.scores[0] as number))[box] as Detection
      const twin = await explained(
        scoring((masked) => similarity(found(masked), wanted)),
        two,
        { method: 'rise', options },
      )
      // Scores and boxes are float32 in the model.
      expect(relativeError(model.raw.data, twin.raw.data)).toBeLessThan(1e-4)
      expect(relativeError(model.standardError?.data ?? [], twin.standardError?.data ?? [])).toBeLessThan(1e-4)
    }
  })

  test('what is not there is said', async () => {
    const vision = await detector()
    const grey = square(32, [0, 0, 0])
    await expect(explain(vision, grey, { method: 'd-rise' })).rejects.toMatchObject({ code: 'FOVEA_IMAGE' })
    const far = explain(vision, image, { method: 'd-rise', options: { box: 7 } })
    await expect(far).rejects.toMatchObject({ code: 'FOVEA_IMAGE' })
    const named = explain(vision, image, { method: 'd-rise', options: { outputs: 'boxes=bocks' } })
    await expect(named).rejects.toThrow("no output 'bocks'; it has boxes, scores")
    await expect(explain(undefined, image, { method: 'd-rise' })).rejects.toMatchObject({ code: 'FOVEA_METHOD' })
  })
})

/** Raw heads: two fixed boxes an image; box 0 has class 0 by the redness of the left half, box 1 the same of the right half. */
function heads(batch: string | number): Uint8Array {
  const builder = new Builder({
    name: 'heads',
    inputs: [],
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  })
  const { op } = builder
  const constant = (dims: number[], values: number[]) => builder.constant(float32(dims, Float32Array.from(values)))
  const pixels = builder.input('image', 'float32', [batch, 3, 8, 8])
  const halves = op.AveragePool(pixels, { kernel_shape: [8, 4], strides: [8, 4] })
  const rows = op.Transpose(op.Squeeze(halves, [2]), { perm: [0, 2, 1] })
  const nothing = op.Mul(op.ReduceSum(rows, [1, 2], { keepdims: 1 }), constant([1], [0]))
  const boxes = op.Add(nothing, constant([1, 2, 4], [2, 4, 4, 8, 6, 4, 4, 8]))
  const outputs = [
    builder.named('Identity', 'where', boxes),
    builder.named('Identity', 'what', op.Sigmoid(rows)),
    builder.named('Identity', 'there', op.ReduceMax(rows, builder.constant(int64([1], [2])), { keepdims: 0 })),
  ]
  const graph = builder.finish(outputs.map((output) => ({ ...output })))
  return encodeModel({ graph, opsets: { '': 18 }, irVersion: 8, producer: 'test', metadata: {}, functions: [] })
}

describe('raw heads', () => {
  const picture = {
    width: 8,
    height: 8,
    data: new Uint8Array(192).map((_, i) => (Math.floor(i / 3) % 8 < 4 ? [200, 0, 0] : [0, 90, 0])[i % 3] as number),
  }

  test.each(['N', 1])('a batch of %s: objectness, class vectors, centres', async (batch) => {
    const vision = await openModel(heads(batch), { preset: 'unit' })
    expect(detectorOutputs(vision, '')).toEqual({ boxes: 'where', scores: 'what', objectness: 'there' })
    const options = { cells: 2, edges: 'hard', enumerate: true, baseline: 'black', corners: false }
    const { raw, certificate } = await explain(vision, picture, { method: 'd-rise', options })
    expect(certificate.objective).toBe('max(there)')
    expect(certificate.score).toBeCloseTo(200 / 255, 6)
    expect(certificate.details).toMatchObject({ detection: 0, box: '0 0 4 8' })
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
    const red = 200 / 255
    const worth = (share: number) => share * red * cosine([red * share, 0, 0].map(sigmoid), [red, 0, 0].map(sigmoid))
    // Four masks of the two left quarters, equally likely: E f m / p of a quarter less E f.
    const mean = (worth(0) + 2 * worth(0.5) + worth(1)) / 4
    const left = (worth(0.5) + worth(1)) / 2 - mean
    raw.data.forEach((value, i) => {
      expect(Math.abs(value - (i % 8 < 4 ? left : 0))).toBeLessThan(1e-6)
    })
  })
})
