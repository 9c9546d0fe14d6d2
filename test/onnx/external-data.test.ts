import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { FoveaError } from '../../src/error/index.ts'
import { ModelProtoSchema } from '../../src/onnx/generated/onnx_pb.ts'
import { constantOf, decodeModel, type ExternalData, encodeModel } from '../../src/onnx/index.ts'
import { float32, numbers } from '../../src/tensor/index.ts'
import { fixture } from './fixture.ts'
import { runModel } from './small-models.ts'

const beside: ExternalData = (location, offset, length) => {
  expect(location).toBe('external.bin')
  return fixture('external.bin').subarray(offset, offset + length)
}

test('weights beside the model are read at their offset, in initializers and Constant nodes', () => {
  const { graph } = decodeModel(fixture('external.onnx'), { external: beside })
  expect([...numbers(constantOf(graph, 'w')!.read())]).toEqual([8, 9, 10, 11])
  expect([...numbers(constantOf(graph, 'c')!.read())]).toEqual([20, 21, 22, 23])
})

test('nothing is read before it is asked for, and an untouched model keeps its external file', () => {
  const bytes = fixture('external.onnx')
  expect(encodeModel(decodeModel(bytes))).toEqual(bytes)
})

test('written inline, the model runs without its file', async () => {
  const bytes = encodeModel(decodeModel(fixture('external.onnx'), { external: beside }), { inline: true })
  const { y } = await runModel(bytes, { x: float32([4], [1, 2, 3, 4]) })
  expect(y?.bytes).toBe(Buffer.from(new Float32Array([9 * 20, 11 * 21, 13 * 22, 15 * 23]).buffer).toString('hex'))
})

test('without a source it is refused', () => {
  const { graph } = decodeModel(fixture('external.onnx'))
  const why =
    "Tensor 'w' lies in the external file 'external.bin', which cannot be read here; give the model as a file with its data beside it."
  expect(() => constantOf(graph, 'w')?.read()).toThrow(why)
})

const bad: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'goes up': { location: '../secret' },
  'goes up inside': { location: 'a/../../b' },
  absolute: { location: '/etc/passwd' },
  'a drive': { location: 'C:/x' },
  backslashes: { location: '..\\x' },
  'an end of string': { location: 'a\0b' },
  'no name': { location: '' },
  'an empty part': { location: 'a//b' },
  'a negative offset': { offset: '-4' },
  'a huge offset': { offset: '1e300' },
  'no number': { offset: 'x' },
  'another length': { length: '20' },
  'a negative length': { length: '-16' },
}

test.each(Object.entries(bad))('refused before anything is read: %s', (_, change) => {
  const message = fromBinary(ModelProtoSchema, fixture('external.onnx'))
  for (const entry of message.graph?.initializer[0]?.externalData ?? []) entry.value = change[entry.key] ?? entry.value
  const model = decodeModel(toBinary(ModelProtoSchema, message), {
    external: () => {
      throw new Error('must not be asked')
    },
  })
  const read = () => constantOf(model.graph, 'w')?.read()
  expect(read).toThrow(FoveaError)
  expect(read).toThrow(/lies in the external file/)
})

test('a file that is too short is refused', () => {
  const short: ExternalData = (_, offset, length) => fixture('external.bin').subarray(offset, offset + length - 1)
  const { graph } = decodeModel(fixture('external.onnx'), { external: short })
  expect(() => constantOf(graph, 'w')?.read()).toThrow('needs 16 bytes but the file holds 15')
})
