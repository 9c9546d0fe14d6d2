/** Models whose exporter froze 32x32 into them, at other sizes: what PyTorch (float64, scripts/python/sizes.py) says there. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { atSize, feedsOf, openModel, relaxed, relaxedDense } from '../../src/models/index.ts'
import { compute, openProgram } from '../../src/runtime/index.ts'
import { decodeNpy, float32, numbers, type Tensor } from '../../src/tensor/index.ts'
import { relativeError } from '../fixture-nets.ts'

const folder = 'test/fixtures/sizes'
const rows = JSON.parse(readFileSync(`${folder}/sizes.json`, 'utf8')) as Record<
  string,
  { scores: Record<string, number[]> }
>
const photo = numbers(decodeNpy(new Uint8Array(readFileSync(`${folder}/photo.npy`))))
const input = float32(
  [1, 3, 32, 32],
  Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => (photo[3 * (i % 1024) + Math.floor(i / 1024)] as number) / 255),
)

const open = (name: string) =>
  openModel(`${folder}/${name}.onnx`, { preset: { mean: [0, 0, 0], std: [1, 1, 1], fit: 'stretch' } })

async function enlarged(size: number): Promise<Tensor<'float32'>> {
  const { large } = await compute({ input }, ({ op }, { input: image = op.Identity(null) }) => ({
    large: op.Resize(image, null, null, [1, 3, size, size], {
      mode: 'cubic',
      coordinate_transformation_mode: 'half_pixel',
    }),
  }))
  return large as Tensor<'float32'>
}

describe.each(['residual', 'flat', 'tokens'])('%s', (name) => {
  test.each([32, 48, 64])('at %i', async (size) => {
    const vision = await atSize(await open(name), [size, size])
    await using program = await openProgram(size === 32 ? relaxed(vision).model : vision.model)
    const answers = await program.run(feedsOf(vision, await enlarged(size)))
    expect(relativeError(numbers(answers.scores as Tensor), rows[name]?.scores[size] as number[])).toBeLessThan(1e-5)
  })
})

test('the batch stays free', async () => {
  const vision = await atSize(await open('tokens'), [48, 48])
  expect(vision.measured.batch).toBe(true)
})

test('windowed attention is refused by name: exporters freeze what its shifts and padding were', async () => {
  const vision = await open('windows')
  await expect(atSize(vision, [48, 48])).rejects.toThrow(/cannot be freed.*attends in windows.*node '/)
})

test.each(['residual', 'flat'])(
  '%s: the scores are the mean of the map of scores, and at its own size what they were',
  async (name) => {
    const vision = await open(name)
    const { model, dense } = relaxedDense(vision)
    const map = dense.get('scores') as string
    const graph = { ...model.graph, outputs: [...model.graph.outputs, { name: map, dtype: 'float32' as const }] }
    await using program = await openProgram({ ...model, graph })
    for (const size of [32, 64]) {
      const answers = await program.run(feedsOf(vision, await enlarged(size)))
      const dense = answers[map] as Tensor
      const area = (dense.dims[2] as number) * (dense.dims[3] as number)
      const means = Array.from({ length: 5 }, (_, k) =>
        numbers(dense)
          .slice(k * area, (k + 1) * area)
          .reduce((sum, value) => sum + value / area, 0),
      )
      expect(relativeError(means, [...numbers(answers.scores as Tensor)])).toBeLessThan(1e-5)
      expect(relativeError(means, rows[name]?.scores[size] as number[])).toBeLessThan(1e-5)
      if (size === 64) expect(area).toBeGreaterThan(1)
    }
  },
)
