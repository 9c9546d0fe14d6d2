/** Seeded random networks: chains and diamonds of operators of all families on small images, with values that stay near one. */

import { Builder, float, type Graph, type Value } from '../../src/onnx/index.ts'
import { float32, int64, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'
import { weighted } from './row.ts'

/** A feature map [N, channels, height, width]. */
interface Feature {
  readonly value: Value
  readonly dims: readonly [number, number, number]
}

interface Step {
  /** Whether it applies to a map. */
  readonly fits?: (dims: readonly [number, number, number]) => boolean
  readonly write: (net: Net, map: Feature) => Feature
}

export const inputDims = [3, 6, 5] as const

/** A graph x -> score of about `steps` operators. */
export function randomGraph(seed: number, steps: number): Graph {
  const net = new Net(seed)
  const maps: Feature[] = [{ value: net.builder.value('x'), dims: inputDims }]
  for (let i = 0; i < steps; i++) {
    const map = net.choose(i < 3 ? maps.slice(-1) : maps.slice(-4))
    const partner = maps.find((other) => other !== map && `${other.dims}` === `${map.dims}`)
    const made = partner && net.chance(0.4) ? net.joined(map, partner) : net.step(map)
    maps.push(net.calm(made))
  }
  const used = maps.slice(-2).map((map) => map.value)
  const score = net.builder.within('objective', () => weighted(net.builder, used, 'score'))
  return net.builder.finish([score, ...used.flatMap((y) => [y, net.builder.value(`weight/${y.name}`)])])
}

class Net {
  readonly builder: Builder
  readonly #random
  #drawn = 0

  constructor(seed: number) {
    this.#random = random(seed)
    const shape = ['N', ...inputDims]
    this.builder = new Builder({
      name: `random ${seed}`,
      inputs: [{ name: 'x', dtype: 'float32', shape }],
      outputs: [],
      nodes: [],
      constants: new Map(),
      valueTypes: new Map(),
    })
  }

  get op() {
    return this.builder.op
  }

  chance(probability: number): boolean {
    return this.#random.uniform(this.#drawn++) < probability
  }

  choose<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random.uniform(this.#drawn++) * list.length)] as T
  }

  /** Weights of about 1 / sqrt(fan-in). */
  weights(dims: readonly number[], fan: number): Value {
    const data = Float32Array.from(
      { length: sizeOf(dims) },
      () => this.#random.normal(2 * this.#drawn++) / Math.sqrt(fan),
    )
    return this.constant(float32(dims, data))
  }

  constant(tensor: Tensor): Value {
    return this.builder.constant(tensor)
  }

  step(map: Feature): Feature {
    const family = this.choose(Object.values(families))
    const fitting = family.filter(({ fits }) => fits === undefined || fits(map.dims))
    return fitting.length > 0 ? this.choose(fitting).write(this, map) : this.step(map)
  }

  joined(a: Feature, b: Feature): Feature {
    const { op } = this
    const [channels, height, width] = a.dims
    const ways: (() => Feature)[] = [
      () => ({ ...a, value: op.Add(a.value, b.value) }),
      () => ({ ...a, value: op.Sub(a.value, b.value) }),
      () => ({ ...a, value: op.Mul(a.value, op.Sigmoid(b.value)) }),
      () => ({ ...a, value: op.Div(a.value, op.Add(op.Mul(b.value, b.value), 1)) }),
      () => ({ value: op.Concat(a.value, b.value, { axis: 1 }), dims: [2 * channels, height, width] }),
    ]
    return this.choose(channels > 6 ? ways.slice(0, 4) : ways)()
  }

  /** Bounded again, at times. */
  calm(map: Feature): Feature {
    return this.chance(0.3) ? { ...map, value: this.op.Mul(this.op.Tanh(map.value), 1.5) } : map
  }
}

const same = (write: (net: Net, value: Value, dims: readonly [number, number, number]) => Value): Step => ({
  write: (net, { value, dims }) => ({ value: write(net, value, dims), dims }),
})

const convolution = (kernel: number, stride: number, pad: number): Step => ({
  fits: ([, height, width]) => Math.min(height, width) + 2 * pad >= kernel,
  write: (net, { value, dims: [channels, height, width] }) => {
    const outputs = net.choose([2, 4, 6])
    const weights = net.weights([outputs, channels, kernel, kernel], channels * kernel * kernel)
    const bias = net.weights([outputs], 4)
    const size = (from: number) => Math.floor((from + 2 * pad - kernel) / stride) + 1
    const made = net.op.Conv(value, weights, bias, { strides: [stride, stride], pads: [pad, pad, pad, pad] })
    return { value: made, dims: [outputs, size(height), size(width)] }
  },
})

const families: Readonly<Record<string, readonly Step[]>> = {
  activation: [
    same(({ op }, x) => op.Sigmoid(x)),
    same(({ op }, x) => op.Tanh(x)),
    same(({ op }, x) => op.Softplus(x)),
    same(({ op }, x) => op.Elu(x)),
    same(({ op }, x) => op.Mul(x, op.Add(op.Erf(x), 1))),
    same(({ op }, x) => op.Add(op.Sin(x), op.Mul(x, 0.5))),
    same(({ op }, x) => op.LeakyRelu(x, { alpha: float(0.3) })),
    same(({ op }, x) => op.HardSwish(x)),
  ],
  convolution: [
    convolution(1, 1, 0),
    convolution(3, 1, 1),
    convolution(3, 2, 1),
    convolution(2, 1, 0),
    {
      write: (net, { value, dims }) => {
        const weights = net.weights([dims[0], 1, 3, 3], 9)
        return { value: net.op.Conv(value, weights, { group: dims[0], pads: [1, 1, 1, 1] }), dims }
      },
    },
    {
      fits: ([, height, width]) => height * width <= 12,
      write: (net, { value, dims: [channels, height, width] }) => {
        const made = net.op.ConvTranspose(value, net.weights([channels, 3, 2, 2], channels), { strides: [2, 2] })
        return { value: made, dims: [3, 2 * height, 2 * width] }
      },
    },
  ],
  pooling: [
    same(({ op }, x) => op.AveragePool(x, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })),
    same(({ op }, x) => op.Mul(op.GlobalAveragePool(x), x)),
    {
      fits: ([, height, width]) => height >= 3 && width >= 3,
      write: ({ op }, { value, dims: [channels, height, width] }) => ({
        value: op.MaxPool(value, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
        dims: [channels, Math.ceil(height / 2), Math.ceil(width / 2)],
      }),
    },
    {
      fits: ([, height, width]) => height >= 2 && width >= 2,
      write: ({ op }, { value, dims: [channels, height, width] }) => ({
        value: op.AveragePool(value, { kernel_shape: [2, 2], strides: [2, 2] }),
        dims: [channels, Math.floor(height / 2), Math.floor(width / 2)],
      }),
    },
  ],
  normalization: [
    same(({ op }, x) => op.Softmax(x, { axis: 1 })),
    same((net, x, [, , width]) => {
      const [scale, bias] = [net.weights([width], 1), net.weights([width], 1)]
      return net.op.LayerNormalization(x, scale, bias, { axis: -1, epsilon: float(0.1) })
    }),
    same(({ op }, x) => op.Sub(x, op.ReduceMean(x, [2, 3], { keepdims: 1 }))),
    same(({ op }, x) => op.Add(x, op.ReduceLogSumExp(x, [1], { keepdims: 1 }))),
    same(({ op }, x) => op.LpNormalization(op.Add(x, 3), { axis: 1 })),
  ],
  movement: [
    same(({ op }, x) => op.Slice(x, [-1], [-(2 ** 31)], [2], [-1])),
    same((net, x, [channels]) => {
      const order = Array.from({ length: channels }, () => net.choose(Array.from({ length: channels }, (_, i) => i)))
      return net.op.Gather(x, net.constant(int64([channels], order)), { axis: 1 })
    }),
    {
      write: ({ op }, { value, dims: [channels, height, width] }) => ({
        value: op.Transpose(value, { perm: [0, 1, 3, 2] }),
        dims: [channels, width, height],
      }),
    },
    {
      fits: ([, height, width]) => height >= 3 && width >= 3,
      write: ({ op }, { value, dims: [channels, height, width] }) => ({
        value: op.Slice(value, [1, 0], [99, -1], [2, 3]),
        dims: [channels, height - 1, width - 1],
      }),
    },
    {
      fits: ([, height, width]) => height >= 2 && width >= 2 && height * width <= 30,
      write: (net, { value, dims: [channels, height, width] }) => ({
        value: net.op.Pad(value, [0, 0, 1, 1, 0, 0, 0, 1], { mode: net.choose(['reflect', 'edge', 'constant']) }),
        dims: [channels, height + 1, width + 2],
      }),
    },
    {
      fits: ([channels, height, width]) => channels % 4 === 0 && height * width <= 12,
      write: ({ op }, { value, dims: [channels, height, width] }) => ({
        value: op.DepthToSpace(value, { blocksize: 2 }),
        dims: [channels / 4, 2 * height, 2 * width],
      }),
    },
    {
      fits: ([channels]) => channels % 2 === 0,
      write: ({ op }, { value, dims }) => {
        const [a, b] = op.many('Split', 2, value, [dims[0] / 2, dims[0] / 2], { axis: 1 }) as [Value, Value]
        return { value: op.Concat(op.Mul(b, a), op.Add(a, b), { axis: 1 }), dims }
      },
    },
  ],
  resize: ['nearest', 'linear', 'cubic'].map((mode) => ({
    fits: ([, height, width]) => height * width <= 16,
    write: (net, { value, dims: [channels, height, width] }) => {
      const scales = net.constant(float32([4], [1, 1, 2, 1.5]))
      return {
        value: net.op.Resize(value, null, scales, { mode }),
        dims: [channels, 2 * height, Math.floor(1.5 * width)],
      }
    },
  })),
  linear: [
    same((net, x, [, , width]) => net.op.MatMul(x, net.weights([width, width], width))),
    same((net, x, [channels, height, width]) => {
      const { op } = net
      const tokens = op.Transpose(op.Reshape(x, [0, channels, height * width]), { perm: [0, 2, 1] })
      const project = () => op.MatMul(tokens, net.weights([channels, channels], channels))
      const scores = op.Softmax(op.MatMul(project(), op.Transpose(project(), { perm: [0, 2, 1] })), { axis: -1 })
      const mixed = op.Transpose(op.MatMul(scores, project()), { perm: [0, 2, 1] })
      return op.Reshape(mixed, [0, channels, height, width])
    }),
  ],
}
