/** Nodes that are differentiated as one function, against their parts one by one. */

import { describe, expect, test } from 'vitest'
import { differentiate, gradient, gradientName, type RuleSet } from '../../src/autodiff/index.ts'
import { Builder, type Graph, type Ops, type Value, withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe } from '../../src/runtime/index.ts'
import { numbers, type Tensor, tensor } from '../../src/tensor/index.ts'
import { model } from './row.ts'

const { 'fovea:Swish': _, ...apart } = gradient
const x = tensor(
  'float64',
  [1, 12],
  Float64Array.from({ length: 12 }, (_, i) => 1.7 * i - 9.1),
)

function graphOf(write: (op: Ops, x: Value) => Value): Graph {
  const inputs = [{ name: 'x', dtype: 'float64' as const, shape: ['N', 12] }]
  const builder = new Builder({
    name: 'g',
    inputs,
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  })
  const { op } = builder
  const weighted = op.Mul(
    write(op, builder.value('x')),
    builder.constant(
      tensor(
        'float64',
        [12],
        Float64Array.from({ length: 12 }, (_, i) => Math.cos(i)),
      ),
    ),
  )
  builder.named('ReduceSum', 'score', weighted, [1], { keepdims: 0 })
  return builder.finish([builder.value('score')])
}

async function gradientOf(graph: Graph, rules: RuleSet) {
  const feeds = { x: { ...x, dtype: 'float64' as const } }
  const measured = await probe(model(graph), { feeds })
  const whole = differentiate(graph, { objective: 'score', wrt: ['x'], rules, measured })
  await using program = await openProgram(withGraph(model(graph), whole), { optimization: 'disabled', threads: 1 })
  const answers = await program.run(feeds)
  return { nodes: whole.nodes.length, values: [...numbers(answers[gradientName('x')] as Tensor)] }
}

describe('Swish', () => {
  test.each([
    ['x s', (op: Ops, value: Value) => op.Mul(value, op.Sigmoid(value))],
    ['s x', (op: Ops, value: Value) => op.Mul(op.Sigmoid(value), value)],
  ])('%s: fewer nodes, and the closed form', async (_, write) => {
    const [together, parts] = [await gradientOf(graphOf(write), gradient), await gradientOf(graphOf(write), apart)]
    expect(together.nodes).toBeLessThan(parts.nodes)
    numbers(x).forEach((value, i) => {
      const s = 1 / (1 + Math.exp(-value))
      const slope = Math.cos(i) * (s + value * s * (1 - s))
      // Double precision: a few roundings of numbers below 10.
      expect(Math.abs((together.values[i] as number) - slope)).toBeLessThan(1e-14)
      expect(Math.abs((parts.values[i] as number) - slope)).toBeLessThan(1e-14)
    })
  })

  test.each([
    ['the gate is used again', gradient, (op: Ops, v: Value) => ((s) => op.Add(op.Mul(v, s), s))(op.Sigmoid(v))],
    ['the gate is of another value', gradient, (op: Ops, v: Value) => op.Mul(v, op.Sigmoid(op.Neg(v)))],
    [
      'the rule set has a rule of its own',
      { ...gradient, Sigmoid: gradient.Tanh } as RuleSet,
      (op: Ops, v: Value) => op.Mul(v, op.Sigmoid(v)),
    ],
  ])('not where %s', async (_, rules, write) => {
    const { 'fovea:Swish': __, ...without } = rules
    const graph = graphOf(write)
    expect(await gradientOf(graph, rules)).toEqual(await gradientOf(graph, without))
  })
})
