/** If: where the branch follows from shapes it is written out; where it depends on the image the model is refused. */

import { expect, it } from 'vitest'
import { differentiate, gradient } from '../../src/autodiff/index.ts'
import { Builder, constant, type Graph, type Node, print, withGraph } from '../../src/onnx/index.ts'
import { openProgram, probe, takeBranches } from '../../src/runtime/index.ts'
import { float32, numbers, type Tensor } from '../../src/tensor/index.ts'
import { model } from './row.ts'

const node = (op: string, name: string, inputs: string[], attributes: Node['attributes'] = {}): Node => ({
  op,
  domain: '',
  name,
  inputs,
  outputs: [name],
  attributes,
})

const graph = (name: string, nodes: Node[], output: string, constants: [string, Tensor][] = []): Graph => ({
  name,
  inputs: [],
  outputs: [{ name: output, dtype: 'float32' }],
  nodes,
  constants: new Map(constants.map(([key, value]) => [key, constant(value)])),
  valueTypes: new Map(),
})

const choice = (name: string, condition: string, then: Graph, otherwise: Graph) =>
  node('If', name, [condition], {
    then_branch: { type: 'graph', value: then },
    else_branch: { type: 'graph', value: otherwise },
  })

/** `value` * `factor`; every such branch uses the same inner names. */
const times = (value: string, factor: number) =>
  graph('times', [node('Mul', 'product', [value, 'factor'])], 'product', [['factor', float32([], [factor])]])

const empty: Graph = {
  name: 'choices',
  inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 3] }],
  outputs: [],
  nodes: [],
  constants: new Map(),
  valueTypes: new Map(),
}

/** x has three columns: (2 x) squared, then an If inside an If gives 7 times that. */
function choices(): Graph {
  const builder = new Builder(empty)
  const { op } = builder
  const three = builder.named('Equal', 'three', op.Shape(builder.value('x'), { start: 1 }), [3])
  builder.named('Not', 'other', three)
  const before = builder.finish()
  const inner = choice('inner', 'three', times('square', 7), times('square', 11))
  const nodes = [
    ...before.nodes,
    choice('first', 'three', times('x', 2), times('x', 3)),
    node('Mul', 'square', ['first', 'first']),
    choice('second', 'other', times('square', 5), graph('nested', [inner], 'inner')),
    node('ReduceSum', 'score', ['second'], { keepdims: { type: 'int', value: 0 } }),
  ]
  return { ...before, nodes, outputs: [{ name: 'score', dtype: 'float32' }] }
}

it('an If that follows from shapes becomes the branch that it takes, and has a gradient', async () => {
  const before = model(choices())
  const after = await takeBranches(before)
  expect(after.graph.nodes.map(({ op }) => op)).not.toContain('If')
  expect(print(after.graph)).toMatchInlineSnapshot(`
    "input x: float32[N, 3]
    constant fovea/[3]: int64[1] = [3]
    constant first/factor: float32[] = 2
    constant second/inner_1/factor: float32[] = 7
    fovea/Shape = Shape(x) { start: 1 }
    three = Equal(fovea/Shape, fovea/[3])
    other = Not(three)
    first/product = Mul(x, first/factor)
    first = Identity(first/product)
    square = Mul(first, first)
    second/inner_1/product = Mul(square, second/inner_1/factor)
    second/inner = Identity(second/inner_1/product)
    second = Identity(second/inner)
    score = ReduceSum(second) { keepdims: 0 }
    output score: float32"
  `)
  const measured = await probe(after)
  const graph = differentiate(after.graph, { objective: 'score', wrt: ['x'], rules: gradient, measured })
  const feeds = { x: float32([2, 3], [1, -2, 3, 0.5, 0, -1]) }
  await using original = await openProgram(before)
  await using program = await openProgram(withGraph(after, graph))
  const results = await program.run(feeds)
  expect(results.score).toEqual((await original.run(feeds)).score)
  expect(Array.from(numbers(results['gradient/x'] as Tensor))).toEqual([56, -112, 168, 28, 0, -56])
})

it('a model without such an If is the same model', async () => {
  const before = model({ ...empty, nodes: [node('Relu', 'y', ['x'])], outputs: [{ name: 'y', dtype: 'float32' }] })
  expect(await takeBranches(before)).toBe(before)
})

it('an If that looks at the image is refused', async () => {
  const builder = new Builder(empty)
  const { op } = builder
  builder.named('Greater', 'bright', op.ReduceMax(builder.value('x'), { keepdims: 0 }), 0)
  const before = builder.finish()
  const nodes = [
    ...before.nodes,
    choice('chosen', 'bright', times('x', 2), times('x', 3)),
    node('ReduceSum', 'score', ['chosen'], { keepdims: { type: 'int', value: 0 } }),
  ]
  const dark = model({ ...before, nodes, outputs: [{ name: 'score', dtype: 'float32' }] })
  const after = await takeBranches(dark)
  expect(after).toBe(dark)
  const measured = await probe(after)
  expect(() => differentiate(after.graph, { objective: 'score', wrt: ['x'], rules: gradient, measured })).toThrow(
    "If (at node 'chosen': which branch it takes depends on the image)",
  )
})
