/** Networks that try a browser's patience and memory. */

import { Builder, encodeModel, type Graph } from '../../src/onnx/index.ts'
import { float32, random } from '../../src/tensor/index.ts'

function encode(write: (builder: Builder) => void, classes: number): Uint8Array {
  const empty: Graph = { name: 'net', inputs: [], outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }
  const builder = new Builder(empty)
  write(builder)
  const graph = builder.finish([{ name: 'y', dtype: 'float32', shape: [1, classes] }])
  return encodeModel({ graph, opsets: { '': 18 }, irVersion: 8, producer: 'test', metadata: {}, functions: [] })
}

/** Each of its feature maps has a gigabyte, and the backward pass needs them all: more than the 4 GB of a page's WebAssembly. */
export const hugeNet = () =>
  encode((builder) => {
    const { op } = builder
    const x = builder.input('x', 'float32', [1, 3, 512, 512])
    const mix = builder.constant(float32([1024, 3, 1, 1], new Float32Array(3072).fill(0.1)), 'mix')
    let map = op.Conv(x, mix)
    for (let i = 0; i < 4; i++) map = op.Tanh(map)
    builder.named('ReduceMean', 'y', map, [2, 3], { keepdims: 0 })
  }, 1024)

/** Small file, 87 thousand million multiply-adds: seconds in one run also on a fast machine, inside which nothing can be heard. */
export const slowNet = () =>
  encode((builder) => {
    const { op } = builder
    const weights = (seed: number, dims: readonly number[]) => {
      const { uniform } = random(seed)
      const data = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => (uniform(i) - 0.5) / 8)
      return builder.constant(float32(dims, data), `w${seed}`)
    }
    const x = builder.input('x', 'float32', [1, 3, 384, 384])
    let map = op.Relu(op.Conv(x, weights(0, [64, 3, 3, 3]), { pads: [1, 1, 1, 1] }))
    for (let i = 1; i <= 16; i++) map = op.Relu(op.Conv(map, weights(i, [64, 64, 3, 3]), { pads: [1, 1, 1, 1] }))
    const pooled = op.Flatten(op.GlobalAveragePool(map))
    builder.named('MatMul', 'y', pooled, weights(99, [64, 10]))
  }, 10)
