import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../src/onnx/generated/onnx_pb.ts'
import { decodeModel, encodeModel, withGraph } from '../../src/onnx/index.ts'
import { fixture, net, netNames } from './fixture.ts'
import { field, joined } from './wire.ts'

const files = [
  ...netNames.map((name) => [name, net(name)] as const),
  ...['dtypes', 'external', 'functions', 'mixed-functions', 'inferred'].map(
    (name) => [name, fixture(`${name}.onnx`)] as const,
  ),
]

test.each(files)('%s: read and written, untouched, it is the same file', (_, bytes) => {
  expect(same(encodeModel(decodeModel(bytes)), bytes)).toBe(true)
})

test.each(files)('%s: written anew from its parts, it is the same file', (_, bytes) => {
  const model = decodeModel(bytes)
  expect(same(encodeModel(withGraph(model, model.graph)), bytes)).toBe(true)
})

test('a Node Buffer reads like a Uint8Array', () => {
  const { graph } = decodeModel(Buffer.from(fixture('dtypes.onnx')))
  expect([...(graph.constants.get('float32-raw')?.read().data as Float32Array)]).toEqual([1, 0.5, 2, 4, 1])
})

test('fields that Fovea does not know survive a change of the graph, at every level', () => {
  const text = new TextEncoder().encode('from the future')
  const unknown = field(1000, text)
  const message = fromBinary(ModelProtoSchema, net('f1-torchscript-17.onnx'))
  const mark = (at: { $unknown?: unknown }) => {
    at.$unknown = [{ no: 1000, wireType: 2, data: joined([Uint8Array.of(text.length), text]) }]
  }
  mark(message)
  if (!message.graph) throw new Error('no graph')
  for (const part of [message.graph, message.graph.node[0], message.graph.initializer[0], message.graph.input[0]])
    mark(part!)
  const bytes = toBinary(ModelProtoSchema, message)
  expect(count(bytes, unknown)).toBe(5)
  const model = decodeModel(bytes)
  expect(same(encodeModel(model), bytes)).toBe(true)
  const changed = withGraph(model, { ...model.graph, nodes: [...model.graph.nodes] })
  expect(same(encodeModel(changed), bytes)).toBe(true)
})

test('metadata, producer, documentation and imports are kept, and can be changed', () => {
  const message = fromBinary(ModelProtoSchema, net('f1-torchscript-17.onnx'))
  message.docString = 'a note'
  message.metadataProps = [create(StringStringEntryProtoSchema, { key: 'task', value: 'classification' })]
  const bytes = toBinary(ModelProtoSchema, message)
  const model = decodeModel(bytes)
  expect(model.metadata).toEqual({ task: 'classification' })
  expect(model.producer).toMatch(/^pytorch /)
  const again = fromBinary(
    ModelProtoSchema,
    encodeModel(withGraph(model, model.graph, { metadata: { task: 'other' } })),
  )
  expect(again.docString).toBe('a note')
  expect(again.metadataProps.map(({ key, value }) => [key, value])).toEqual([['task', 'other']])
})

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

function count(bytes: Uint8Array, part: Uint8Array): number {
  return Buffer.from(bytes).toString('latin1').split(Buffer.from(part).toString('latin1')).length - 1
}
