import { describe, expect, test } from 'vitest'
import { FoveaError } from '../../src/error/index.ts'
import { readModel } from '../../src/onnx/index.ts'
import { defaultLimits, scan } from '../../src/onnx/scan.ts'
import { fixture, net } from './fixture.ts'
import { field, joined, repeated } from './wire.ts'

const name = (length: number) => field(3, new Uint8Array(length).fill(97))
const nodes = (bytes: Uint8Array) => field(7, field(1, bytes))

/** `depth` graphs inside each other, by If-like attributes. */
function nested(depth: number): Uint8Array {
  let graph: Uint8Array = new Uint8Array()
  for (let i = 0; i < depth; i++) graph = field(1, field(5, field(6, graph)))
  return field(7, graph)
}

describe('a file beyond the limits is refused before any object is built', () => {
  test.each([
    ['20 million empty nodes', field(7, repeated(1, 40e6)), 'holds more than 200000 nodes'],
    ['initializers', field(7, repeated(5, 2e6)), 'holds more than 200000 initializers'],
    ['value infos', field(7, repeated(13, 20e6)), 'holds more than 5000000 fields'],
    ['opset imports', repeated(8, 20e6), 'holds more than 5000000 fields'],
    ['inputs of one node', nodes(repeated(1, 20e6)), 'holds more than 5000000 fields'],
    ['64-bit integers', field(7, field(5, field(7, new Uint8Array(6e6)))), 'holds more than 5000000 fields'],
    ['a long name', nodes(name(5000)), 'holds a name of 5000 bytes (at most 4096)'],
    ['graphs in graphs', nested(40), 'nests messages more than 32 deep'],
    ['types in types', field(7, field(11, types(40))), 'nests messages more than 32 deep'],
  ])('%s', (_, bytes, why) => {
    const before = process.memoryUsage().rss
    const started = performance.now()
    expect(() => readModel(bytes, { name: 'bomb.onnx' })).toThrow(`bomb.onnx ${why}`)
    expect(performance.now() - started).toBeLessThan(5000)
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
  })

  test('the limits can be set', () => {
    expect(() => scan(net('f1-torchscript-17.onnx'), 'm', { ...defaultLimits, nodes: 3 })).toThrow('more than 3 nodes')
    expect(() => scan(new Uint8Array(9), 'm', { ...defaultLimits, bytes: 8 })).toThrow('larger than 8 bytes')
  })
})

function types(depth: number): Uint8Array {
  let type: Uint8Array = new Uint8Array()
  for (let i = 0; i < depth; i++) type = field(4, field(1, type))
  return field(2, type)
}

test('nesting that real models have is read', () => {
  expect(() => scan(nested(9), 'm')).not.toThrow()
})

test.each([
  ['functions', fixture('functions.onnx')],
  ['inferred', fixture('inferred.onnx')],
  ['dtypes', fixture('dtypes.onnx')],
])('%s, cut at every byte: an error in words or a smaller model, never anything else', (_, bytes) => {
  let read = 0
  for (let length = 0; length < bytes.length; length++) {
    try {
      readModel(bytes.subarray(0, length), { name: 'cut.onnx' })
      read++
    } catch (error) {
      expect(error).toBeInstanceOf(FoveaError)
    }
  }
  expect(read).toBeLessThan(bytes.length / 20)
})

test('damage is told with its byte', () => {
  const bytes = net('f1-torchscript-17.onnx')
  expect(() => readModel(bytes.subarray(0, 500), { name: 'm.onnx' })).toThrow(
    /^m\.onnx is damaged or truncated: a field of \d+ bytes runs past the end at byte \d+ of 500\. Download or export it again\.$/,
  )
  expect(() => readModel(joined([bytes, Uint8Array.of(0x0b)]))).toThrow(/unknown wire type 3 at byte/)
})
