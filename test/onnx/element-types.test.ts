import { describe, expect, test } from 'vitest'
import { constant, decodeModel, encodeModel, withGraph } from '../../src/onnx/index.ts'
import { bits, type Dtype } from '../../src/tensor/index.ts'
import { fixture, json } from './fixture.ts'

const expected = json('dtypes.json') as Record<string, string | string[]>
const model = decodeModel(fixture('dtypes.onnx'))
const inMemory = (data: unknown) =>
  Array.isArray(data)
    ? data
    : Buffer.from((data as Uint8Array).buffer, 0, (data as Uint8Array).byteLength).toString('hex')

describe('every element type that ONNX names reads as onnx wrote it', () => {
  test('none is missing', () => {
    const seen = new Set([...model.graph.constants.values()].map((value) => value.dtype))
    expect([...seen].sort()).toEqual((Object.keys(bits) as Dtype[]).sort())
  })

  test.each([...model.graph.constants])('%s', (name, value) => {
    expect(inMemory(value.read().data)).toEqual(expected[name])
  })

  test.each([...model.graph.constants])('%s written and read again', (name, value) => {
    const copy = new Map([[name, constant(value.read())]])
    const again = decodeModel(encodeModel(withGraph(model, { ...model.graph, constants: copy })))
    const read = again.graph.constants.get(name)
    expect(read?.dtype).toBe(value.dtype)
    expect(inMemory(read?.read().data)).toEqual(expected[name])
  })
})

test('data that does not fill the declared shape is refused with both sizes', () => {
  const bytes = fixture('dtypes.onnx')
  const name = new TextEncoder().encode('float32-raw')
  const at = Buffer.from(bytes).indexOf(name)
  // dims = 5 stands before the name in the same message: the nearest (field 1, varint 5) going back.
  const dims = Buffer.from(bytes).lastIndexOf(Uint8Array.of(8, 5), at)
  bytes[dims + 1] = 6
  const damaged = decodeModel(bytes).graph.constants.get('float32-raw')
  expect(() => damaged?.read()).toThrow("Tensor 'float32-raw' of shape [6] needs 24 bytes but the file holds 20")
})
