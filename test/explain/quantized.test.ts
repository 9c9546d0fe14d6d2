/** A quantised model (QDQ) is explained straight through its rounding, and the certificate says so. */

import { expect, test } from 'vitest'
import { explain } from '../../src/explain/index.ts'
import { Builder, encodeModel, type Graph } from '../../src/onnx/index.ts'
import { float32, type Image, type Tensor } from '../../src/tensor/index.ts'

const empty: Graph = { name: 'qdq', inputs: [], outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }

/** Scores: the mean of red, the mean of green, each channel rounded to 255 steps first. */
function quantized(): Uint8Array {
  const builder = new Builder(empty)
  const { op } = builder
  const image = builder.input('image', 'float32', ['N', 3, 8, 8])
  const zero = builder.constant({ dtype: 'uint8', dims: [], data: new Uint8Array([0]) } as Tensor)
  const step = builder.scalar(1 / 255)
  const rounded = op.DequantizeLinear(op.QuantizeLinear(image, step, zero), step, zero)
  const weights = builder.constant(float32([3, 2], [1, 0, 0, 1, 0, 0]))
  builder.named('MatMul', 'logits', op.ReduceMean(rounded, [2, 3], { keepdims: 0 }), weights)
  const graph = builder.finish([{ name: 'logits', dtype: 'float32', shape: ['N', 2] }])
  return encodeModel({ graph, opsets: { '': 18 }, irVersion: 8, producer: 'test', metadata: {}, functions: [] })
}

test('straight through', async () => {
  const image: Image = { width: 8, height: 8, data: new Uint8Array(192).fill(100) }
  const { raw, certificate } = await explain(quantized(), image, {
    method: 'saliency',
    preset: { fit: 'stretch' },
    class: 1,
  })
  expect(certificate.rules).toBe('gradient, straight through QuantizeLinear, DequantizeLinear (an estimate)')
  for (const value of raw.data) expect(value).toBeCloseTo(1 / 64, 6)
})
