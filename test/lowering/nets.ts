/** Small random convolutional networks, and their input gradients as written and as lowered. */

import { expect } from 'vitest'
import { differentiate, gradient, gradientName } from '../../src/autodiff/index.ts'
import { type Engine, lower } from '../../src/lowering/index.ts'
import { Builder, type Graph, type Ops, type Value, withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { float32, numbers, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'
import { model } from '../autodiff/row.ts'

const size = 12
export const inputDims = [2, 3, size, size] as const

/** The same net for two images, no more and no fewer. */
export const ofTwo = (graph: Graph): Graph => ({
  ...graph,
  inputs: graph.inputs.map((input) => ({ ...input, shape: [...inputDims] })),
})

/** Noise in which one number in five is zero, one a bound, and one tiny. */
export function noise(seed: number, dims: readonly number[], special: readonly number[] = []): Tensor {
  const { uniform } = random(seed)
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, (_, i) => {
      const choice = Math.floor(5 * special.length * uniform(2 * i))
      return special[choice] ?? 4 * uniform(2 * i + 1) - 2
    }),
  )
}

function written(
  seed: number,
  write: (op: Ops, x: Value, weights: (...dims: number[]) => Value, builder: Builder) => Value,
) {
  const builder = new Builder({
    name: 'net',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 3, size, size] }],
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  })
  let stream = 100 * seed
  const weights = (...dims: number[]) => builder.constant(noise(stream++, dims), 'weights')
  const score = builder.within('net', () => write(builder.op, builder.value('x'), weights, builder))
  builder.named('Identity', 'score', score)
  return builder.finish([builder.value('score')])
}

const same = { pads: [1, 1, 1, 1], kernel_shape: [3, 3] }
const point = { kernel_shape: [1, 1] }

/** x -> score: convolutions of all kinds with an activation behind each; a bound makes it a clip. */
export function net(seed: number, bound?: number): Graph {
  return written(seed, (op, x, weights, builder) => {
    const act = (value: Value) => (bound === undefined ? op.Relu(value) : op.Clip(value, 0, bound))
    // An identity first, so that the special numbers reach an activation as they are.
    const eye = Float32Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0))
    const seen = act(op.Conv(x, builder.constant(float32([3, 3, 1, 1], eye)), point))
    const wide = act(op.Conv(seen, weights(16, 3, 3, 3), same))
    const deep = act(op.Conv(wide, weights(16, 1, 3, 3), { ...same, group: 16 }))
    const sum = act(op.Add(op.Conv(deep, weights(16, 16, 1, 1), point), wide))
    const half = act(op.Conv(sum, weights(32, 16, 3, 3), { ...same, strides: [2, 2] }))
    const both = op.Concat(half, act(op.Conv(half, weights(32, 32, 1, 1), point)), { axis: 1 })
    const next = op.Conv(both, weights(16, 64, 1, 1), point)
    return op.ReduceSum(op.Mul(next, weights(1, 16, 6, 6)), [1, 2, 3], { keepdims: 0 })
  })
}

/** x -> score: expanded, activated, strided by channels, projected, twice: the blocks of a MobileNet. */
export function mobile(seed: number, strides: readonly [number, number], bound?: number): Graph {
  return written(seed, (op, x, weights) => {
    const act = (value: Value) => (bound === undefined ? op.Relu(value) : op.Clip(value, 0, bound))
    const block = (value: Value, inputs: number, outputs: number) => {
      const wide = act(op.Conv(value, weights(6 * inputs, inputs, 1, 1), point))
      const small = act(op.Conv(wide, weights(6 * inputs, 1, 3, 3), { ...same, strides, group: 6 * inputs }))
      return op.Conv(small, weights(outputs, 6 * inputs, 1, 1), point)
    }
    const stem = op.Conv(x, weights(8, 3, 3, 3), same)
    return op.ReduceSum(block(block(stem, 8, 4), 4, 4), [1, 2, 3], { keepdims: 0 })
  })
}

/** x -> score: expanded, and every other pixel projected: on the way back three of four phases are zero. */
export function sparse(seed: number): Graph {
  return written(seed, (op, x, weights) => {
    const wide = op.Relu(op.Conv(op.Conv(x, weights(8, 3, 3, 3), same), weights(48, 8, 1, 1), point))
    return op.ReduceSum(op.Conv(wide, weights(4, 48, 1, 1), { ...point, strides: [2, 2] }), [1, 2, 3], { keepdims: 0 })
  })
}

/** x -> score: a squeeze-and-excitation between two convolutions, with SiLU, as in EfficientNet. */
export function excited(seed: number): Graph {
  return written(seed, (op, x, weights) => {
    const swish = (value: Value) => op.Mul(value, op.Sigmoid(value))
    const maps = swish(op.Conv(x, weights(16, 3, 3, 3), same))
    const squeezed = swish(op.Conv(op.GlobalAveragePool(maps), weights(4, 16, 1, 1), point))
    const gate = op.Sigmoid(op.Conv(squeezed, weights(16, 4, 1, 1), point))
    const gated = op.Mul(maps, gate)
    return op.ReduceSum(op.Conv(gated, weights(8, 16, 3, 3), same), [1, 2, 3], { keepdims: 0 })
  })
}

/** x -> score: residual blocks and a transition that halves the image, as in ResNet. */
export function residual(seed: number): Graph {
  return written(seed, (op, x, weights) => {
    const stem = op.Relu(op.Conv(x, weights(32, 3, 3, 3), same))
    const first = op.Relu(op.Add(op.Conv(stem, weights(32, 32, 3, 3), same), stem))
    const half = op.Relu(op.Conv(first, weights(32, 32, 3, 3), { ...same, strides: [2, 2] }))
    const shortcut = op.Conv(first, weights(32, 32, 1, 1), { ...point, strides: [2, 2] })
    const second = op.Relu(op.Add(op.Conv(half, weights(32, 32, 3, 3), same), shortcut))
    return op.ReduceSum(op.Mul(second, weights(1, 32, 6, 6)), [1, 2, 3], { keepdims: 0 })
  })
}

/** x -> score: a residual block without an activation behind its sum, then a block that halves the image, as in MobileNetV2. */
export function inverted(seed: number): Graph {
  return written(seed, (op, x, weights) => {
    const wide = (value: Value) => op.Clip(op.Conv(value, weights(48, 16, 1, 1), point), 0, 6)
    const stem = op.Conv(x, weights(16, 3, 3, 3), same)
    const sum = op.Add(op.Conv(wide(stem), weights(16, 48, 1, 1), point), stem)
    const half = op.Clip(op.Conv(wide(sum), weights(48, 1, 3, 3), { ...same, strides: [2, 2], group: 48 }), 0, 6)
    return op.ReduceSum(op.Conv(half, weights(8, 48, 1, 1), point), [1, 2, 3], { keepdims: 0 })
  })
}

/** x -> score: a bottleneck whose middle convolution halves the image, and its shortcut, as in ResNet-50. */
export function bottleneck(seed: number): Graph {
  return written(seed, (op, x, weights) => {
    const stem = op.Relu(op.Conv(x, weights(32, 3, 3, 3), same))
    const narrow = op.Relu(op.Conv(stem, weights(48, 32, 1, 1), point))
    const half = op.Relu(op.Conv(narrow, weights(48, 48, 3, 3), { ...same, strides: [2, 2] }))
    const shortcut = op.Conv(stem, weights(64, 32, 1, 1), { ...point, strides: [2, 2] })
    const sum = op.Relu(op.Add(op.Conv(half, weights(64, 48, 1, 1), point), shortcut))
    return op.ReduceSum(op.Mul(sum, weights(1, 64, 6, 6)), [1, 2, 3], { keepdims: 0 })
  })
}

/** x -> score: two branches side by side, squeezed, as in SqueezeNet; the squeezing is shared or not. */
export function fire(seed: number, shared = false): Graph {
  return written(seed, (op, x, weights) => {
    const small = op.Relu(op.Conv(x, weights(8, 3, 3, 3), same))
    const one = op.Relu(op.Conv(small, weights(16, 8, 1, 1), point))
    const three = op.Relu(op.Conv(small, weights(24, 8, 3, 3), same))
    const both = op.Concat(one, three, { axis: 1 })
    const squeezed = op.Conv(both, weights(8, 40, 1, 1), point)
    const all = op.ReduceSum(squeezed, [1, 2, 3], { keepdims: 0 })
    return shared ? op.Add(all, op.ReduceMax(both, [1, 2, 3], { keepdims: 0 })) : all
  })
}

/** x -> the score of each image's top class, of a head that is a matrix or a 1x1 convolution. */
export function classifier(seed: number, head: 'matrix' | 'convolution'): Graph {
  return written(seed, (op, x, weights) => {
    const maps = op.Relu(op.Conv(x, weights(16, 3, 3, 3), same))
    const scored = head === 'matrix' ? maps : op.Relu(op.Conv(maps, weights(5, 16, 1, 1), point))
    const flat = op.Flatten(op.GlobalAveragePool(scored), { axis: 1 })
    const logits = head === 'matrix' ? op.Gemm(flat, weights(5, 16), weights(5), { transB: 1 }) : flat
    return op.Squeeze(op.GatherElements(logits, op.ArgMax(logits, { axis: 1, keepdims: 1 }), { axis: 1 }), [1])
  })
}

/** x -> score: averages of what no convolution made. */
export function pooled(seed: number): Graph {
  return written(seed, (op, x, weights) => {
    const flat = op.Flatten(op.GlobalAveragePool(op.Exp(x)), { axis: 1 })
    return op.ReduceSum(op.Gemm(flat, weights(5, 3), null, { transB: 1 }), [1], { keepdims: 0 })
  })
}

/** x -> score: each pixel through two matrices with a GELU between them, as in ConvNeXt and ViT. */
export function perceptron(seed: number): Graph {
  return written(seed, (op, x, weights) => {
    const pixels = op.Transpose(op.Reshape(x, [0, 3, size * size]), { perm: [0, 2, 1] })
    const wide = op.MatMul(pixels, weights(3, 12))
    const risen = op.Add(op.Erf(op.Div(wide, Math.SQRT2)), 1)
    const active = op.Mul(op.Mul(wide, risen), 0.5)
    const narrow = op.MatMul(active, weights(12, 4))
    return op.ReduceSum(op.Mul(narrow, weights(1, size * size, 4)), [1, 2], { keepdims: 0 })
  })
}

/** x -> score: fully connected layers, as at the end of a VGG; the first has as many weights as make it large, or fewer. */
export function connected(seed: number, wide = 2500): Graph {
  return written(seed, (op, x, weights) => {
    const first = op.Relu(op.Gemm(op.Flatten(x, { axis: 1 }), weights(wide, 3 * size * size), null, { transB: 1 }))
    const second = op.Gemm(first, weights(4, wide), null, { transB: 1 })
    return op.ReduceSum(op.Mul(second, weights(1, 4)), [1], { keepdims: 0 })
  })
}

export const operators = (graph: Graph): string[] => graph.nodes.map(({ op }) => op)

/** The gradient at x, plain and for x64, run without graph optimisation: what is written is what runs. */
export async function lowered(
  graph: Graph,
  engine: Engine = 'x64',
  special: readonly number[] = [0, 6, 2 ** -126, 1, 0.3],
) {
  const measured = await probe(model(graph))
  const whole = differentiate(graph, { objective: 'score', wrt: ['x'], rules: gradient, measured })
  const fast = lower(whole, measured, engine)
  const x = noise(7, inputDims, special)
  const run = async (program: Graph) => {
    await using opened = await openProgram(withGraph(model(graph), program), { optimization: 'disabled', threads: 1 })
    const answers = await opened.run({ x })
    return {
      score: [...numbers(answers.score as Tensor)],
      // Minus zero is zero.
      gradient: Array.from(numbers(answers[gradientName('x')] as Tensor), (value) => value + 0),
    }
  }
  return { whole, graph: fast, plain: await run(whole), fast: await run(fast) }
}

/** The same sums, of at most so many products, added up in another order; against the largest of them. */
export function expectReordered(values: readonly number[], expected: readonly number[], products: number): void {
  const largest = Math.max(...expected.map(Math.abs))
  expect(largest).toBeGreaterThan(0)
  const error = Math.max(...values.map((value, i) => Math.abs(value - (expected[i] as number))))
  expect(error / largest).toBeLessThan(products * 2 ** -23)
}
