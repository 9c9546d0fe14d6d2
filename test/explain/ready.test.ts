/** Programs from the cache answer as those that were compiled, bit for bit, and only where all that they were made of is the same. */

import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { decodeImage, readBytes } from '#platform'
import { type Explainer, findMethod, type Method } from '../../src/explain/index.ts'
import { openProgramExplainers } from '../../src/explain/program-explainer.ts'
import { openModel, type VisionModel } from '../../src/models/index.ts'
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
} from '../../src/onnx/generated/onnx_pb.ts'
import { openCache } from '../../src/platform/disk-cache.ts'

type Program = Extract<Method, { kind: 'program' }>
const find = (name: string) => findMethod(name) as Program
const vision = await openModel()
const cat = await decodeImage(await readBytes(resolve('examples/photos/chelsea.png')), { name: 'chelsea' })

function counted(worth = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-ready-'))
  const cache = openCache({ folder, revision: 'test', worth })
  let hits = 0
  return {
    entries: () => readdirSync(folder).length,
    hits: () => hits,
    worth,
    write: cache.write,
    async read(key: string) {
      const found = await cache.read(key)
      if (found) hits++
      return found
    },
  }
}

async function open(cache: ReturnType<typeof counted> | undefined, list: Program[], options = {}, model = vision) {
  const asked = list.map((method) => ({ method, choice: options }))
  const explainers = await openProgramExplainers(model, asked, { engine: 'any', ...options }, cache)
  return explainers[0] as Explainer
}

async function answer(cache: ReturnType<typeof counted> | undefined, name: string, options = {}, model = vision) {
  await using explainer = await open(cache, [find(name)], options, model)
  const { raw, scores, certificate } = await explainer.explain(cat)
  return { raw, scores, certificate }
}

test.each(['saliency', 'grad-cam', 'lrp'])('%s from the cache is the compiled one', async (name) => {
  const cache = counted()
  const [plain, first, second] = [await answer(undefined, name), await answer(cache, name), await answer(cache, name)]
  expect(cache.hits()).toBe(1)
  expect(first).toEqual(plain)
  expect(second).toEqual(plain)
})

test('another option, layer, target, engine or preset is another program', async () => {
  const cache = counted()
  await answer(cache, 'saliency')
  await answer(cache, 'saliency', { options: { sign: 'signed' } })
  await answer(cache, 'saliency', { target: 'logits[281]' })
  await answer(cache, 'saliency', { target: 'logits[282]' })
  await answer(cache, 'saliency', { engine: 'x64' })
  await answer(cache, 'saliency', {}, await openModel(undefined, { preset: 'torchvision' }))
  await answer(cache, 'grad-cam')
  await answer(cache, 'grad-cam', { layer: vision.layers.at(-4)?.name })
  expect([cache.hits(), cache.entries()]).toEqual([0, 8])
})

test('a model that was changed after it was opened, and a method of the caller, are never looked up', async () => {
  const cache = counted()
  const changed: VisionModel = { ...vision }
  await answer(cache, 'saliency', {}, changed)
  const own: Program = { ...find('saliency') }
  await (await open(cache, [own]))[Symbol.asyncDispose]()
  expect(cache.entries()).toBe(0)
})

test('what is quickly made is not kept', async () => {
  const cache = counted(60_000)
  await answer(cache, 'grad-cam')
  expect(cache.entries()).toBe(0)
})

test('weights beside the file are not in its hash, so nothing made of them is kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-beside-'))
  const file = await readBytes(resolve('models/efficientnet-lite0/model.onnx'))
  const { bytes, data } = withOneTensorBeside(file)
  writeFileSync(join(folder, 'm.onnx'), bytes)
  writeFileSync(join(folder, 'weights.bin'), data)
  const cache = counted()
  await answer(cache, 'grad-cam', {}, await openModel(join(folder, 'm.onnx'), { preset: 'torchvision' }))
  expect(cache.entries()).toBe(0)
})

/** The same model, with the bytes of its largest tensor in another file. */
function withOneTensorBeside(file: Uint8Array) {
  const message = fromBinary(ModelProtoSchema, file)
  const [tensor] = (message.graph?.initializer ?? []).toSorted((a, b) => b.rawData.length - a.rawData.length)
  if (!tensor || tensor.rawData.length === 0) throw new Error('The model has no raw tensor.')
  const data = tensor.rawData
  tensor.rawData = new Uint8Array()
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL
  tensor.externalData = [create(StringStringEntryProtoSchema, { key: 'location', value: 'weights.bin' })]
  return { bytes: toBinary(ModelProtoSchema, message), data }
}
