import { describe, expect, test } from 'vitest'
import { decodeModel, readModel, valueDtypes } from '../../src/onnx/index.ts'
import { fixture, json, net } from './fixture.ts'

const inferred = json('inferred.json') as Record<string, Record<string, string>>

/** onnx 1.23's shape inference on the same files, value by value. */
describe('the element type of every value is the one that onnx infers', () => {
  test.each(Object.keys(inferred))('%s', (name) => {
    const bytes = name === 'inferred.onnx' ? fixture(name) : net(name)
    const { graph } = decodeModel(bytes)
    const own = valueDtypes({ ...graph, valueTypes: new Map() })
    const expected = inferred[name] ?? {}
    expect(Object.fromEntries(Object.keys(expected).map((value) => [value, own.get(value)]))).toEqual(expected)
  })
})

test('values that a lifted graph shares with its file keep their types', () => {
  const name = 'f1-torchscript-11.onnx'
  const own = valueDtypes(readModel(net(name)).graph)
  for (const [value, type] of Object.entries(inferred[name] ?? {})) expect(own.get(value)).toBe(type)
})
