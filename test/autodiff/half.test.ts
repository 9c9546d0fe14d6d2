/** The backward pass of a half-precision model runs in single precision: small gradients are not rounded to halves on their way. */

import { expect, it } from 'vitest'
import { differentiate, gradient, gradientName } from '../../src/autodiff/index.ts'
import { Builder, type Graph, type Model, withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { floatToHalf, halfToFloat, numbers, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'
import { relativeError } from '../fixture-nets.ts'
import { filled, model } from './row.ts'

type Precision = 'float16' | 'float32' | 'float64'

const half = (value: number) => halfToFloat(floatToHalf(value))

/** Noise that halves hold, so that all precisions see the same numbers. */
function noise(precision: Precision, dims: readonly number[], seed: number, size = 1): Tensor {
  const { normal } = random(seed)
  return filled(
    precision,
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => half(size * normal(i))),
  )
}

const dims = [2, 16, 64]

/** Two layers and a mean of 2^12 places: its gradients lie where halves are coarse. */
function network(precision: Precision): Model {
  const builder = new Builder({
    name: 'half',
    inputs: [],
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  })
  const { op } = builder
  const x = builder.input('x', precision, ['N', ...dims.slice(1)])
  const first = op.Tanh(op.MatMul(x, builder.constant(noise(precision, [64, 32], 1, 0.2))))
  const second = op.Sigmoid(op.MatMul(first, builder.constant(noise(precision, [32, 8], 2, 0.2))))
  const score = builder.named('ReduceSum', 'score', op.Mul(second, 2 ** -12), [1, 2], { keepdims: 0 })
  return model(builder.finish([score]))
}

async function gradients(precision: Precision): Promise<{ graph: Graph; results: Record<string, Tensor> }> {
  const made = network(precision)
  const graph = differentiate(made.graph, {
    objective: 'score',
    wrt: ['x'],
    rules: gradient,
    measured: await probe(made),
  })
  await using program = await openProgram(withGraph(made, graph), { threads: 1 })
  return { graph, results: await program.run({ x: noise(precision, dims, 3) }) }
}

it('the gradient of a half model is that of the double one, but for the roundings of its forward pass', async () => {
  const [found, exact] = [await gradients('float16'), await gradients('float64')]
  const truth = numbers(exact.results[gradientName('x')] as Tensor)
  const got = found.results[gradientName('x')] as Tensor
  expect(got.dtype).toBe('float32')
  const error = relativeError(numbers(got), truth)
  // The least that a backward pass in halves could be wrong by: the true gradient, rounded once.
  const rounded = relativeError(truth.map(half), truth)
  // Four values are rounded on the way forward, each by 2^-11 at most.
  expect(error).toBeLessThan(4 * 2 ** -11)
  expect(error).toBeLessThan(rounded / 10)
})

it('each forward value is converted once, none that nobody reads; the model keeps its own outputs', async () => {
  const { graph, results } = await gradients('float16')
  const made = network('float16')
  const casts = graph.nodes.filter(({ op }) => op === 'Cast').map(({ inputs: [name] }) => name)
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs))
  expect(casts.length).toBeGreaterThan(0)
  expect(new Set(casts).size).toBe(casts.length)
  for (const node of graph.nodes) if (node.op === 'Cast') expect(read, node.name).toContain(node.outputs[0])
  expect(graph.nodes.slice(0, made.graph.nodes.length)).toEqual(made.graph.nodes)
  await using forward = await openProgram(made, { threads: 1 })
  expect((await forward.run({ x: noise('float16', dims, 3) })).score).toEqual(results.score)
})

it.each(['float32', 'float64'] as const)('%s models are not converted', async (precision) => {
  const { graph, results } = await gradients(precision)
  expect(graph.nodes.some(({ op }) => op === 'Cast')).toBe(false)
  expect(results[gradientName('x')]?.dtype).toBe(precision)
})
