/** Compiled files through ONNX Runtime's two JavaScript packages as they come: the same answers, the model's own untouched. */

import { readFileSync } from 'node:fs'
import * as native from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ExportOptions, exportMethod, findMethod } from '../../src/explain/index.ts'
import { openModel, prepare, type VisionModel } from '../../src/models/index.ts'
import { decodeImage } from '../../src/platform/node.ts'
import { fittingPrograms } from './fitting.ts'

const file = new URL('../../models/efficientnet-lite0/model.onnx', import.meta.url)
const photo = new URL('../fixtures/chelsea-224.png', import.meta.url)
/** Small: at 224 x 224 some of the network's millions of units always lie within rounding of a kink. */
const size = [96, 96] as const
const programs = await fittingPrograms(await openModel(undefined, { size }))
const tabby = 281
const [pixelCount, inputCount] = [size[0] * size[1], 3 * size[0] * size[1]]

type Feeds = Record<string, native.Tensor>
type Answers = Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>

let vision: VisionModel
/** chelsea, upside down, mirrored */
let images: Float32Array

beforeAll(async () => {
  vision = await openModel(undefined, { size })
  const { data } = prepare(await decodeImage(new Uint8Array(readFileSync(photo))), vision.format).tensor
  const planes = [0, 1, 2].map((c) => data.slice(c * pixelCount, (c + 1) * pixelCount))
  const mirrored = planes.map((plane) => plane.map((_, i) => plane[i + size[1] - 1 - 2 * (i % size[1])] as number))
  images = Float32Array.from([
    ...data,
    ...planes.flatMap((plane) => [...plane.toReversed()]),
    ...mirrored.flatMap((plane) => [...plane]),
  ])
})

const batch = (count: number) => new native.Tensor('float32', images.slice(0, count * inputCount), [count, 3, ...size])
const classes = (...values: number[]) => new native.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length])

async function run(
  bytes: Uint8Array,
  feeds: Feeds,
  engine: 'node' | 'web' = 'node',
  optimized = true,
): Promise<Answers> {
  const { InferenceSession } = engine === 'node' ? native : web
  const session = await InferenceSession.create(bytes, {
    executionProviders: [engine === 'node' ? 'cpu' : 'wasm'],
    graphOptimizationLevel: optimized ? 'all' : 'disabled',
    logSeverityLevel: 3,
  })
  const answers = (await session.run(feeds)) as unknown as Answers
  await session.release()
  return answers
}

/** The largest difference, in shares of the largest value. */
function gap(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b || a.length !== b.length) return Number.NaN
  const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return largest(a.map((value, i) => value - (b[i] as number))) / largest(b)
}

describe.each(programs.map((method) => [method.name, method] as const))('%s', (name, { classFree }) => {
  const compile = async (options: ExportOptions) => (await exportMethod(vision, findMethod(name), options)).bytes

  test('onnxruntime-node and onnxruntime-web agree, alone and in a batch', async () => {
    const bytes = await compile({ class: 'required' })
    const feeds = { image: batch(3), class_index: classes(tabby, -1, 7) }
    const [node, wasm] = [await run(bytes, feeds), await run(bytes, feeds, 'web')]
    expect(node.heatmap?.dims).toEqual([3, ...size])
    expect(gap(wasm.heatmap?.data, node.heatmap?.data)).toBeLessThan(1e-4)
    expect(gap(wasm.logits?.data, node.logits?.data)).toBeLessThan(1e-4)
    const alone = await run(bytes, { image: batch(1), class_index: classes(tabby) })
    expect(gap(node.heatmap?.data.slice(0, pixelCount), alone.heatmap?.data)).toBeLessThan(1e-4)
  })

  test('written for x64 it says the same', async () => {
    const feeds = { image: batch(3) }
    const [any, fast] = [await compile({}), await compile({ engine: 'x64' })]
    const [plain, lowered] = [await run(any, feeds), await run(fast, feeds)]
    expect(gap(lowered.heatmap?.data, plain.heatmap?.data)).toBeLessThan(1e-4)
    expect(gap(lowered.logits?.data, plain.logits?.data)).toBeLessThan(1e-5)
  })

  test('left out, the class is the top class', async () => {
    const [free, asked] = [await compile({}), await compile({ class: 'required' })]
    const top = await run(asked, { image: batch(1), class_index: classes(-1) })
    expect((await run(free, { image: batch(1) })).heatmap?.data).toEqual(top.heatmap?.data)
    const other = await run(asked, { image: batch(1), class_index: classes(7) })
    if (classFree) expect(other.heatmap?.data).toEqual(top.heatmap?.data)
    else expect(gap(other.heatmap?.data, top.heatmap?.data)).toBeGreaterThan(1e-2)
  })

  // Whatever the class: the file does not look at it.
  test.skipIf(classFree).each(['node', 'web'] as const)(
    'a class that there is not is refused by onnxruntime-%s',
    async (engine) => {
      const bytes = await compile({ class: 'required' })
      for (const wrong of [-2, -1000, 1000, 99_999])
        await expect(run(bytes, { image: batch(1), class_index: classes(wrong) }, engine)).rejects.toThrow(
          /out of (range|data bounds)/i,
        )
    },
  )

  test.each(['any', 'x64'] as const)(
    "for %s the model's own outputs are what they were: bit for bit without graph optimisation, within 1e-5 with it",
    async (engine) => {
      const compiled = await compile({ engine })
      const original = new Uint8Array(readFileSync(file))
      const feeds = { image: batch(2) }
      const [before, after] = [await run(original, feeds, 'node', false), await run(compiled, feeds, 'node', false)]
      expect(after.logits?.data).toEqual(before.logits?.data)
      expect(Object.keys(after)).toEqual(['logits', 'heatmap'])
      expect(gap((await run(compiled, feeds)).logits?.data, (await run(original, feeds)).logits?.data)).toBeLessThan(
        1e-5,
      )
    },
  )
})

test("a layer's map as computed, and enlarged to the input", async () => {
  const gradCam = findMethod('grad-cam')
  const [small, large] = await Promise.all(
    (['layer', 'input'] as const).map(async (resolution) => {
      const { bytes } = await exportMethod(vision, gradCam, { resolution })
      return (await run(bytes, { image: batch(1) })).heatmap
    }),
  )
  expect(small?.dims).toEqual([1, 3, 3])
  expect(large?.dims).toEqual([1, ...size])
  // The middle of each cell lies between two pixels: their mean, half a step of the map away on either side.
  const centre = (row: number, column: number) => {
    const at = (y: number, x: number) => large?.data[y * size[1] + x] as number
    const [y, x] = [32 * row + 15, 32 * column + 15]
    return (at(y, x) + at(y, x + 1) + at(y + 1, x) + at(y + 1, x + 1)) / 4
  }
  const scale = Math.max(...(small?.data ?? []))
  // Bilinear interpolation bends at a cell's middle: half a pixel of the steepest slope, 1/64 of the largest step.
  for (let i = 0; i < 9; i++)
    expect(Math.abs(centre(Math.floor(i / 3), i % 3) - (small?.data[i] as number)) / scale).toBeLessThan(2 / 64)
})
