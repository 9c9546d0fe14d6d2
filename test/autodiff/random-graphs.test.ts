import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differentiate, gradient, gradientName } from '../../src/autodiff/index.ts'
import { Builder, type Graph, type Ops, print, type Value, withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { numbers, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'
import { compare, differences, placesIn } from './differences.ts'
import { filled, model, weighted } from './row.ts'

/** Every step keeps the shape [N, 3, 4] and stays bounded, so that any chain and any diamond of them is a graph. */
const steps: Record<string, (op: Ops, a: Value, b: Value, weights: Value) => Value> = {
  Sin: (op, a) => op.Sin(a),
  Tanh: (op, a) => op.Tanh(a),
  Sigmoid: (op, a) => op.Sigmoid(a),
  Softplus: (op, a) => op.Tanh(op.Softplus(a)),
  Add: (op, a, b) => op.Add(a, b),
  Sub: (op, a, b) => op.Sub(a, b),
  Mul: (op, a, b) => op.Mul(a, b),
  Div: (op, a, b) => op.Div(a, op.Add(op.Mul(b, b), 1)),
  Softmax: (op, a) => op.Softmax(a, { axis: -1 }),
  MatMul: (op, a, _, weights) => op.MatMul(a, weights),
  attention: (op, a, b) => op.MatMul(op.Softmax(op.MatMul(a, op.Transpose(b, { perm: [0, 2, 1] }))), a),
  mean: (op, a, b) => op.Sub(a, op.ReduceMean(b, [1], { keepdims: 1 })),
  length: (op, a) => op.Div(a, op.Add(op.ReduceL2(a, [-1], { keepdims: 1 }), 1)),
  halves: (op, a) => {
    const [left, right] = op.many('Split', 2, a, [1, 3], { axis: 2 }) as [Value, Value]
    return op.Concat(right, left, { axis: 2 })
  },
  turn: (op, a) => op.Reshape(op.Transpose(op.Reshape(a, [0, 4, 3]), { perm: [0, 2, 1] }), [0, 3, 4]),
}

const empty: Graph = { name: 'random', inputs: [], outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }

type Step = readonly [kind: string, first: number, second: number]

/** Each step takes two of the values so far; all values that nothing took are added up at the end, the image, too. */
function graphOf(chosen: readonly Step[]): Graph {
  const builder = new Builder(empty)
  const { op } = builder
  const weights = builder.constant(
    filled(
      'float64',
      [4, 4],
      Array.from({ length: 16 }, (_, i) => random(2).normal(i) / 2),
    ),
  )
  const values = [builder.input('x', 'float64', ['N', 3, 4])]
  const open = new Set(values)
  for (const [kind, first, second] of chosen) {
    const [a, b] = [first, second].map((n) => values[values.length - 1 - (n % values.length)]) as [Value, Value]
    const made = (steps[kind] as (typeof steps)[string])(op, a, b, weights)
    for (const used of [a, b]) open.delete(used)
    values.push(made)
    open.add(made)
  }
  const y = builder.named(
    'Identity',
    'y',
    [...open, values[0] as Value].reduce((a, b) => op.Add(a, b)),
  )
  const score = weighted(builder, [y], 'score')
  return builder.finish([score, y, builder.value('weight/y')])
}

async function check(chosen: readonly Step[]): Promise<void> {
  const graph = graphOf(chosen)
  const made = model(graph)
  const feeds = (batch: number) => {
    const dims = [batch, 3, 4]
    return {
      x: filled(
        'float64',
        dims,
        Array.from({ length: sizeOf(dims) }, (_, i) => random(6).normal(i)),
      ),
    }
  }
  const measured = await probe(made, { feeds: feeds(1) })
  const both = differentiate(graph, { objective: 'score', wrt: ['x'], rules: gradient, measured })
  await using forward = await openProgram(made, { optimization: 'disabled', threads: 1 })
  await using backward = await openProgram(withGraph(made, both), { threads: 1 })
  for (const batch of [1, 2]) {
    const found = (await backward.run(feeds(batch)))[gradientName('x')] as Tensor
    expect(found.dims).toEqual([batch, 3, 4])
    const places = placesIn(numbers(found), 6)
    const slopes = await differences(forward, feeds(batch), 'x', places)
    const got = numbers(found)
    compare(
      print(graph),
      places.map((k) => got[k] as number),
      slopes,
      'float64',
    )
  }
}

describe('random graphs', () => {
  it('chains and diamonds', async () => {
    const step = fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(4), fc.nat(9))
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 9 }), check), { numRuns: 40, seed: 5 })
  })
})
