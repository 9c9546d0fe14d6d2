/** Attention rollout on tiny transformers as both exporters write them, against the product of the attention that the model shows. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compileMethod, findMethod } from '../../../src/explain/index.ts'
import { openModel } from '../../../src/models/index.ts'
import { openProgram, readValues } from '../../../src/runtime/index.ts'
import { float32, int64, numbers, type Tensor } from '../../../src/tensor/index.ts'
import { relativeError } from '../../fixture-nets.ts'

interface Entry {
  readonly name: string
  readonly size: readonly [number, number]
  readonly grid: readonly [number, number]
  readonly extra: number
  readonly pixels: readonly number[]
  readonly files: readonly string[]
}

const folder = join(import.meta.dirname, '../../fixtures/tokens')
const entries = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Entry[]
const open = (file: string, { size }: Entry) =>
  openModel(new Uint8Array(readFileSync(join(folder, file))), { preset: { scale: 1 / 255, fit: 'stretch' }, size })

/** The tokens that the head reads (token_fixtures.py): the first ones, or all patches. */
const firstTokens: Readonly<Record<string, number>> = { 'vit-class': 1, 'vit-class-mha': 1, 'vit-registers': 2 }

const cases = entries
  .filter(({ name }) => name.startsWith('vit'))
  .flatMap((entry) => entry.files.map((file) => [file, entry] as const))

const mirrored = (pixels: readonly number[], width: number) =>
  pixels.map((_, i) => pixels[i - (i % width) + width - 1 - (i % width)] as number)

describe.each(cases)('%s', (file, entry) => {
  test('the rows that are read, of two images at once', async () => {
    const vision = await open(file, entry)
    const [height, width] = entry.size
    const pixels = [...entry.pixels, ...mirrored(entry.pixels, width)].map((pixel) => pixel / 255)
    const image = float32([2, 3, height, width], pixels)
    const compiled = await compileMethod(vision, findMethod('attention-rollout'), { class: 'required' })
    await using program = await openProgram(compiled.model)
    const feeds = { [vision.image.name]: image, class_index: int64([1], [0]) }
    const map = numbers((await program.run(feeds)).heatmap as Tensor)
    const names = vision.model.graph.nodes
      .filter(({ op }) => op === 'Softmax')
      .map(({ outputs }) => outputs[0] as string)
    expect(names.length).toBe(2)
    const values = await readValues(vision.model, { [vision.image.name]: image }, names)
    const area = entry.grid[0] * entry.grid[1]
    for (const n of [0, 1]) {
      const expected = rollout(
        names.map((name) => values[name] as Tensor),
        n,
        area + entry.extra,
      )
      const first = firstTokens[entry.name]
      const read = Array.from({ length: first ?? area }, (_, i) => i + (first ? 0 : entry.extra))
      const rows = Float64Array.from({ length: area }, (_, i) =>
        read.reduce((sum, row) => sum + (expected[row]?.[i + entry.extra] as number) / read.length, 0),
      )
      expect(relativeError(map.slice(n * area, (n + 1) * area), rows)).toBeLessThan(1e-5)
    }
  })
})

/** prod_l (mean over heads + I) / 2, rows by hand; the heads may lie on the batch axis. */
function rollout(attentions: readonly Tensor[], n: number, tokens: number): number[][] {
  const one = Array.from({ length: tokens }, (_, i) => Array.from({ length: tokens }, (_, j) => (i === j ? 1 : 0)))
  return attentions.reduce<number[][]>((before, attention) => {
    const all = numbers(attention).slice((n * attention.data.length) / 2, ((n + 1) * attention.data.length) / 2)
    const heads = all.length / tokens ** 2
    return one.map((row, i) =>
      row.map((_, j) => {
        let sum = 0
        for (let k = 0; k < tokens; k++) {
          let mean = 0
          for (let h = 0; h < heads; h++) mean += (all[(h * tokens + i) * tokens + k] as number) / heads
          sum += ((mean + (i === k ? 1 : 0)) / 2) * (before[k]?.[j] as number)
        }
        return sum
      }),
    )
  }, one)
}

describe('refusals', () => {
  test.each(['attention-rollout', 'gradient-rollout'])(
    '%s: attention in windows, networks without attention',
    async (name) => {
      const swin = entries.find((entry) => entry.name === 'swin') as Entry
      await expect(compileMethod(await open(swin.files[0] as string, swin), findMethod(name))).rejects.toMatchObject({
        code: 'FOVEA_METHOD',
        message: expect.stringMatching(/attends among \d+ and \d+ tokens, not the/),
      })
      const bytes = new Uint8Array(readFileSync(join(folder, '../nets/f1-torchscript-17.onnx')))
      const plain = await openModel(bytes, { preset: { fit: 'stretch' }, size: [16, 16] })
      await expect(compileMethod(plain, findMethod(name))).rejects.toMatchObject({
        code: 'FOVEA_METHOD',
        message: expect.stringContaining('none (MatMul, Softmax, MatMul)'),
      })
    },
  )
})
