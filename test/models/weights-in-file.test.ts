/** The weights of a large file stay in it: everything is as if they had been read, until somebody touches the file. */

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createSession } from '#platform'
import { type Explainer, exportMethod, findMethod, type Method, openExplainer } from '../../src/explain/index.ts'
import { openProgramExplainers } from '../../src/explain/program-explainer.ts'
import { openModel, type VisionModel } from '../../src/models/index.ts'
import { Builder, encodeModel, type Value, withGraph } from '../../src/onnx/index.ts'
import { openCache } from '../../src/platform/disk-cache.ts'
import { float32, int64, random } from '../../src/tensor/index.ts'
import { model } from '../autodiff/row.ts'
import { square } from '../target-nets.ts'

const folder = mkdtempSync(join(tmpdir(), 'fovea-large-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const side = 24
const image = square(side, [8, 8, 8])
const options = { preset: { scale: 1 / 255, fit: 'stretch' } } as const
const saliency = findMethod('saliency') as Extract<Method, { kind: 'program' }>

/** A small convolution, and 36 MiB of a fully connected layer. */
function large(): Uint8Array {
  const builder = new Builder({
    name: 'large',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 3, side, side] }],
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  })
  const { op } = builder
  const weights = (name: string, ...dims: number[]): Value => {
    const { uniform } = random(name.length)
    const size = dims.reduce((a, b) => a * b, 1)
    return builder.constant(
      float32(
        dims,
        Float32Array.from({ length: size }, (_, i) => uniform(i) - 0.5),
      ),
      name,
    )
  }
  const maps = op.Relu(
    op.Conv(builder.value('x'), weights('conv', 16, 3, 3, 3), { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  )
  const wide = op.Relu(
    op.Gemm(op.Flatten(maps, { axis: 1 }), weights('first', 1024, 16 * side * side), null, { transB: 1 }),
  )
  builder.named('Gemm', 'logits', wide, weights('second', 10, 1024), weights('bias', 10), { transB: 1 })
  const graph = builder.finish([{ name: 'logits', dtype: 'float32', shape: ['N', 10] }])
  return encodeModel(withGraph(model(graph), graph))
}

const bytes = large()
const written = (name: string) => {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
  return path
}
const path = written('large.onnx')
const [inFile, inMemory] = [await openModel(path, options), await openModel(bytes, options)]

async function answer(vision: VisionModel, name = 'saliency', given = {}) {
  await using explainer = await openExplainer(vision, findMethod(name), { options: given })
  const { raw, scores } = await explainer.explain(image)
  return { raw, scores }
}

test('a file is left where it is, bytes are held; what was read is the same', () => {
  expect(inFile.model.weights?.size).toBe(bytes.length)
  expect(inMemory.model.weights).toBeUndefined()
  expect(inFile.hash).toBe(inMemory.hash)
  const bytesOf = (vision: VisionModel, name: string) => {
    const data = vision.model.graph.constants.get(name)?.read().data as Float32Array
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  }
  for (const name of inMemory.model.graph.constants.keys())
    expect(bytesOf(inFile, name).equals(bytesOf(inMemory, name))).toBe(true)
})

test.each([
  ['saliency', {}],
  ['lrp', {}],
  ['smooth-grad', { samples: 4 }],
  ['occlusion', { window: 8, stride: 8 }],
])('%s is bit for bit that of the model in memory', async (name, given) => {
  const map = await answer(inFile, name, given)
  expect(map).toEqual(await answer(inMemory, name, given))
  expect(new Set(map.raw.data).size).toBeGreaterThan(5)
})

test('on WebAssembly, too, where no file is read', async () => {
  const [one, other] = await Promise.all(
    [inFile, inMemory].map((vision) => openModel(vision === inFile ? path : bytes, { ...options, device: 'wasm' })),
  )
  const run = async (vision: VisionModel | undefined) => {
    await using explainer = await openExplainer(vision as VisionModel, saliency, { device: 'wasm' })
    return (await explainer.explain(image)).raw
  }
  expect(await run(one)).toEqual(await run(other))
})

test('a compiled file holds all weights itself', async () => {
  const [one, other] = [await exportMethod(inFile, saliency), await exportMethod(inMemory, saliency)]
  const run = async (file: Uint8Array) => {
    const session = await createSession(file)
    const pixels = float32(
      [1, 3, side, side],
      Float32Array.from({ length: 3 * side * side }, (_, i) => Math.sin(i)),
    )
    const answers = await session.run({ x: pixels, class_index: int64([1], [3]) })
    await session.release()
    return answers
  }
  expect(one.bytes.length).toBeGreaterThan(bytes.length)
  expect(await run(one.bytes)).toEqual(await run(other.bytes))
})

test('a program in the cache holds no weights, and serves the same file in another folder', async () => {
  const kept = mkdtempSync(join(folder, 'cache-'))
  const cache = openCache({ folder: kept, revision: 'test', worth: 0 })
  const run = async (vision: VisionModel) => {
    const asked = [{ method: saliency, choice: {} }]
    await using explainer = (await openProgramExplainers(vision, asked, { engine: 'any' }, cache))[0] as Explainer
    return (await explainer.explain(image)).raw
  }
  const first = await run(inFile)
  const sizes = () => readdirSync(kept).map((name) => readFileSync(join(kept, name)).length)
  expect(sizes()).toHaveLength(1)
  expect(Math.max(...sizes())).toBeLessThan(2 ** 20)
  expect(await run(await openModel(written('elsewhere/large.onnx'), options))).toEqual(first)
  expect(sizes()).toHaveLength(1)
  expect(await run(await openModel(written('other-name.onnx'), options))).toEqual(first)
  expect(sizes()).toHaveLength(2)
})

test.each([
  [
    'changed',
    (file: string) =>
      writeFileSync(
        file,
        bytes.map((byte, i) => (i === bytes.length - 200 ? byte ^ 1 : byte)),
      ),
  ],
  ['cut off', (file: string) => writeFileSync(file, bytes.subarray(0, 1000))],
  ['touched', (file: string) => utimesSync(file, 1, 1)],
  ['moved', (file: string) => renameSync(file, `${file}.old`)],
])(
  'a file that is %s is refused in one sentence, before a run and before it is opened by the engine',
  async (_, change) => {
    const file = written('touched.onnx')
    const vision = await openModel(file, options)
    await using explainer = await openExplainer(vision, saliency)
    await explainer.explain(image)
    change(file)
    const why = {
      code: 'FOVEA_IO',
      message: `${file} was changed or moved after it was opened, and its weights are read where they lie; open it again.`,
    }
    await expect(explainer.explain(image)).rejects.toMatchObject(why)
    await expect(openExplainer(vision, saliency)).rejects.toMatchObject(why)
    await expect(exportMethod(vision, saliency)).rejects.toMatchObject(why)
  },
)

test('damage is told as it is of bytes', async () => {
  const cut = bytes.subarray(0, bytes.length - 100)
  const file = join(folder, 'cut.onnx')
  writeFileSync(file, cut)
  const told = await openModel(cut, options).catch((error: Error) => error.message)
  await expect(openModel(file, options)).rejects.toThrow(`${told}`.replace('The model', file))
})
