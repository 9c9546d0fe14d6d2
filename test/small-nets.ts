/** Small untrained networks of every kind that methods meet, written here; and pictures of noise. Weights come from `random`. */

import { Builder, encodeModel, type Graph, type Value, type ValueInfo } from '../src/onnx/index.ts'
import { float32, type Image, random, tensor } from '../src/tensor/index.ts'

export interface Net {
  readonly name: string
  readonly bytes: Uint8Array
  /** [height, width] */
  readonly size: readonly [number, number]
  /** What is explained, where there are no classes. */
  readonly target?: string
}

const empty: Graph = { name: 'net', inputs: [], outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }

interface Body {
  readonly depth?: number
  readonly size?: readonly [number, number]
  readonly batch?: number | string
  readonly body: (layers: Layers, image: Value) => Value
}

/** Layers with weights of a scale that keeps the signal. */
class Layers {
  readonly builder: Builder
  #count = 0
  constructor(builder: Builder) {
    this.builder = builder
  }

  weights(dims: readonly number[], scale: number, name: string): Value {
    const numbers = random(7, this.#count++).normals(dims.reduce((a, b) => a * b, 1))
    return this.builder.constant(
      float32(
        dims,
        Float32Array.from(numbers, (v) => scale * v),
      ),
      name,
    )
  }

  conv(x: Value, inputs: number, outputs: number, stride = 1): Value {
    const kernel = this.weights([outputs, inputs, 3, 3], Math.sqrt(2 / (9 * inputs)), 'kernel')
    const attributes = { pads: [1, 1, 1, 1], strides: [stride, stride], kernel_shape: [3, 3] }
    return this.builder.op.Conv(x, kernel, this.weights([outputs], 0.2, 'bias'), attributes)
  }

  full(x: Value, inputs: number, outputs: number): Value {
    return this.builder.op.Gemm(
      x,
      this.weights([inputs, outputs], Math.sqrt(2 / inputs), 'matrix'),
      this.weights([outputs], 0.2, 'bias'),
    )
  }
}

function model({ depth = 3, size = [16, 16], batch = 'N', body }: Body): Uint8Array {
  const builder = new Builder(empty)
  const image = builder.input('image', 'float32', [batch, depth, ...size])
  const named = builder.named('Identity', 'logits', body(new Layers(builder), image))
  const output: ValueInfo = { ...named }
  const graph = builder.finish([output])
  return encodeModel({ graph, opsets: { '': 18 }, irVersion: 8, producer: 'small-nets', metadata: {}, functions: [] })
}

const pooled =
  (depth: number, outputs: number) =>
  (layers: Layers, image: Value): Value => {
    const { op } = layers.builder
    const a = op.Relu(layers.conv(image, depth, 6))
    const b = op.MaxPool(a, { kernel_shape: [2, 2], strides: [2, 2] })
    const c = op.Relu(layers.conv(b, 6, 8))
    return layers.full(op.Flatten(op.GlobalAveragePool(c), { axis: 1 }), 8, outputs)
  }

const net = (name: string, body: Body, more: Partial<Net> = {}): Net => ({
  name,
  bytes: model(body),
  size: body.size ?? [16, 16],
  ...more,
})

export const plain = net('global average pool', { body: pooled(3, 5) })

/** The same, for exactly one image at a time. */
export const single = net('one image at a time', { batch: 1, body: pooled(3, 5) })

export const flat = net('flatten and fully connected', {
  body(layers, image) {
    const { op } = layers.builder
    const a = op.Relu(layers.conv(image, 3, 4, 2))
    const b = op.MaxPool(a, { kernel_shape: [2, 2], strides: [2, 2] })
    return layers.full(op.Relu(layers.full(op.Flatten(b, { axis: 1 }), 64, 10)), 10, 5)
  },
})

export const smallNets: readonly Net[] = [
  plain,
  flat,
  net('not square', { size: [12, 20], body: pooled(3, 5) }),
  net('grey', { depth: 1, body: pooled(1, 5) }),
  net('regression', { body: pooled(3, 1) }, { target: 'y[0]' }),
  single,
]

/** Every score is 0.5, whatever the image: its gradient is zero everywhere, but not for want of a way. */
export const constantNet = net('constant', {
  body(layers, image) {
    const { op } = layers.builder
    return op.Add(op.Mul(pooled(3, 5)(layers, image), 0), 0.5)
  },
})

/** Every score is not a number: 0 / 0. */
export const brokenNet = net('not a number', {
  body(layers, image) {
    const { op } = layers.builder
    const scores = pooled(3, 5)(layers, image)
    return op.Mul(scores, op.Div(op.Mul(scores, 0), op.Mul(scores, 0)))
  },
})

/** Its first kernel is NaN all over, as after a training that diverged. */
export const divergedNet = net('diverged', {
  body(layers, image) {
    const { builder } = layers
    const kernel = builder.constant(float32([4, 3, 3, 3], new Float32Array(108).fill(Number.NaN)), 'conv.weight')
    const x = builder.op.Conv(image, kernel, { kernel_shape: [3, 3] })
    return layers.full(builder.op.Flatten(builder.op.GlobalAveragePool(x), { axis: 1 }), 4, 5)
  },
})

/**
 * Sound, but for a black image: then it divides -2^31 by -1, which int32 cannot hold; x64 processors answer with a signal that
 * ends the process (SIGFPE), and ONNX Runtime does not look.
 */
export const fatalNet = net('fatal on black', {
  body(layers, image) {
    const { builder } = layers
    const { op } = builder
    const int32 = (value: number) => builder.constant(tensor('int32', [1], Int32Array.of(value)), 'integer')
    const brightest = op.Cast(op.Mul(op.ReduceMax(image, [1, 2, 3], { keepdims: 0 }), 255), { to: 6 })
    const quotient = op.Div(int32(-(2 ** 31)), op.Sub(brightest, int32(1)))
    const offset = op.Unsqueeze(op.Mul(op.Cast(quotient, { to: 1 }), 1e-9), [1])
    return op.Add(pooled(3, 5)(layers, image), offset)
  },
})

/** Two classes: the logits are the sum of weights * x over all values ([3, h, w]), and 0. */
export const linearNet = (size: readonly [number, number], weights: Float32Array): Net =>
  net('linear', {
    size,
    body: ({ builder }, image) => {
      const { op } = builder
      const matrix = builder.constant(float32([weights.length, 1], weights), 'weights')
      const score = op.MatMul(op.Flatten(image, { axis: 1 }), matrix)
      return op.Concat(score, op.Mul(score, 0), { axis: 1 })
    },
  })

/** y = sum of x^2 / 2 over all values: the gradient is the image itself. */
export const halfSquare = net(
  'half the square',
  {
    size: [4, 5],
    body: ({ builder: { op } }, image) => {
      const flat = op.Flatten(image, { axis: 1 })
      return op.ReduceSum(op.Mul(op.Mul(flat, flat), 0.5), [1], { keepdims: 1 })
    },
  },
  { target: 'y[0]' },
)

/** Noise, equal for equal seeds. */
export function noisePicture(width: number, height: number, seed: number): Image {
  const data = Uint8Array.from(random(seed).uniforms(3 * width * height), (v) => Math.floor(256 * v))
  return { width, height, data }
}
