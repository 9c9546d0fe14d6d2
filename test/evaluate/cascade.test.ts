/** The randomisation cascade: what depends on the weights changes, what does not stays; the model given is not touched. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  cascade,
  pearson,
  randomised,
  ranks,
  spearman,
  weightedLayers,
  withPlainWeights,
} from '../../src/evaluate/index.ts'
import { findMethod, type ProgramMethod } from '../../src/explain/index.ts'
import { openModel, type VisionModel } from '../../src/models/index.ts'
import { encodeModel } from '../../src/onnx/index.ts'
import { decodeImage } from '../../src/platform/node.ts'
import { random } from '../../src/tensor/index.ts'

let vision: VisionModel
beforeAll(async () => {
  vision = await openModel('test/fixtures/sizes/residual.onnx', { preset: 'unit' })
})

const noise = random(3)
const image = { width: 32, height: 32, data: Uint8Array.from({ length: 3072 }, (_, i) => 256 * noise.uniform(i)) }

/** An "explanation" that only looks at the picture. */
const brightness: ProgramMethod = {
  ...(findMethod('saliency') as ProgramMethod),
  options: {},
  heatmap: ({ op, value, channels }) => op.ReduceMean(value, [channels], { keepdims: 0 }),
}

describe('ranks', () => {
  test('ties share the mean rank', () => expect([...ranks([3, 1, 3, 2])]).toEqual([2.5, 0, 2.5, 1]))
  test('a monotone change keeps the correlation of ranks, not of values', () => {
    const a = [0.1, 0.5, 0.2, 0.9, 0.4]
    const b = a.map((value) => value ** 9)
    expect(spearman(a, b)).toBeCloseTo(1, 12)
    expect(pearson(a, b)).toBeLessThan(0.9)
  })
})

test('a map that does not depend on the model stays exactly, the gradient does not', async () => {
  const still = await cascade(vision, brightness, image)
  expect(still.map(({ similarity }) => similarity)).toEqual(still.map(() => expect.closeTo(1, 12)))
  const moving = await cascade(vision, findMethod('saliency'), image)
  expect(moving[0]?.similarity).toBeCloseTo(1, 12)
  expect(moving.at(-1)?.similarity).toBeLessThan(0.5)
})

test('the same seed draws the same weights, another seed others; the given model stays what it was', async () => {
  const before = encodeModel(vision.model, { inline: true })
  const all = weightedLayers(vision.model.graph).length
  const bytes = (seed: number) => encodeModel(randomised(vision, all, seed).model, { inline: true })
  expect(Buffer.compare(bytes(1), bytes(1))).toBe(0)
  expect(Buffer.compare(bytes(1), bytes(2))).not.toBe(0)
  expect(Buffer.compare(encodeModel(vision.model, { inline: true }), before)).toBe(0)
})

test('from the top: the first stage draws the last layer alone', () => {
  const { graph } = randomised(vision, 1).model
  const old = vision.model.graph.constants
  const changed = graph.nodes.filter(({ inputs }) => inputs.some((name) => graph.constants.get(name) !== old.get(name)))
  expect(changed.map(({ op }) => op)).toEqual(['Gemm'])
})

test('weights that the file casts from half precision are drawn anew, too: a random classifier changes the embedded model’s map', async () => {
  const embedded = await withPlainWeights(await openModel())
  const { graph } = embedded.model
  expect(graph.nodes.some(({ op }) => op === 'Cast')).toBe(false)
  const layers = weightedLayers(graph)
  expect(layers.filter(({ inputs }) => !graph.constants.has(inputs[1] ?? ''))).toEqual([])
  const [last] = layers
  const weights = last?.inputs[1] ?? ''
  const changed = randomised(embedded, 1).model.graph.constants.get(weights)?.read()
  const old = graph.constants.get(weights)?.read()
  expect(changed?.dims).toEqual(old?.dims)
  expect(Math.abs(pearson(changed?.data as Float32Array, old?.data as Float32Array))).toBeLessThan(0.05)
  const picture = await decodeImage(readFileSync('examples/photos/coffee.png'))
  const [, one] = await cascade(await openModel(), findMethod('saliency'), picture, { stages: [1] })
  expect(one?.similarity).toBeLessThan(0.9)
})
