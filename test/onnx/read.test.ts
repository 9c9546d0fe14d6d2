import { describe, expect, test } from 'vitest'
import { FoveaError } from '../../src/error/index.ts'
import { decodeModel, encodeModel, readModel } from '../../src/onnx/index.ts'
import { fixture, net } from './fixture.ts'
import { modelOf } from './small-models.ts'
import { cases } from './upgrade-cases.ts'

const ascii = (text: string) => new TextEncoder().encode(text)
const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n'

/** What each wrong file is called: the exact sentence. */
describe('a file that is no model is told by what it is', () => {
  test.each([
    ['nothing', new Uint8Array(), 'm.onnx is not an ONNX model: it is an empty file.'],
    [
      'a web page',
      ascii('<!DOCTYPE html><html><body>404</body></html>'),
      'm.onnx is not an ONNX model: it is an HTML page (was an error page downloaded instead of the file?).',
    ],
    [
      'a pointer',
      ascii(pointer),
      "m.onnx is not an ONNX model: it is a Git LFS pointer, not the file itself (run 'git lfs pull').",
    ],
    [
      'a PNG',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0),
      'm.onnx is not an ONNX model: it is a PNG image.',
    ],
    [
      'a zip',
      Uint8Array.of(0x50, 0x4b, 3, 4, ...new Uint8Array(40)),
      'm.onnx is not an ONNX model: it is a zip archive.',
    ],
    ['a pickle', Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x2e), 'm.onnx is not an ONNX model: it is a Python pickle.'],
    ['TensorFlow Lite', ascii('\x1c\0\0\0TFL3\0\0\0\0'), 'm.onnx is not an ONNX model: it is a TensorFlow Lite model.'],
    ['JSON', ascii('{"a": 1}'), 'm.onnx is not an ONNX model: it is a JSON file.'],
    ['protobuf of another kind', Uint8Array.of(8, 1, 16 + 2, 1, 97), 'm.onnx is not an ONNX model: it holds no graph.'],
  ])('%s', (_, bytes, sentence) => {
    let error: unknown
    try {
      readModel(bytes, { name: 'm.onnx' })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(FoveaError)
    expect((error as FoveaError).code).toBe('FOVEA_NOT_ONNX')
    expect((error as FoveaError).message).toBe(sentence)
  })
})

test('a model in order, without functions, of opset 18 or later is what the file says', () => {
  const bytes = net('f1-dynamo-20.onnx')
  const model = readModel(bytes)
  expect(model.opsets).toEqual({ '': 20 })
  expect(encodeModel(model)).toEqual(bytes)
})

test('an older one is lifted, and says so when written', () => {
  const model = readModel(encodeModel(modelOf({ ...cases['Slice 1']!, ir: 4 })))
  expect(model.opsets).toEqual({ '': 18 })
  const again = decodeModel(encodeModel(model))
  expect([again.irVersion, again.opsets['']]).toEqual([8, 18])
})

test('functions are gone', () => {
  const model = readModel(fixture('functions.onnx'))
  expect(model.functions).toEqual([])
  expect(model.opsets).toEqual({ '': 18 })
})
