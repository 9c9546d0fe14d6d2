/** Sums of images that were woven of phases: added phase by phase, woven once. */

import { describe, expect, test } from 'vitest'
import { wovenSums } from '../../src/lowering/woven.ts'
import {
  Builder,
  type Graph,
  type Node,
  type Ops,
  producers,
  type Value,
  weave,
  wovenOf,
} from '../../src/onnx/index.ts'
import { bottleneck, expectReordered, lowered, operators, residual } from './nets.ts'

const count = (graph: Graph, operator: string) => operators(graph).filter((op) => op === operator).length

describe.each([1, 2, 3])('seed %i', (seed) => {
  test.each(['any', 'x64'] as const)('a block and its shortcut, for %s: bit for bit', async (engine) => {
    const { whole, graph, plain, fast } = await lowered(residual(seed), engine)
    expect(count(whole, 'Concat') - count(graph, 'Concat')).toBe(2)
    expect(count(whole, 'Expand') - count(graph, 'Expand')).toBe(2)
    expect(fast).toEqual(plain)
  })

  test('a block whose weaving waits behind a 1x1 convolution', async () => {
    const { whole, graph, plain, fast } = await lowered(bottleneck(seed))
    expect(count(whole, 'Concat')).toBe(5)
    expect(count(graph, 'Concat')).toBe(3)
    expect(fast.score).toEqual(plain.score)
    // Sums of at most 64 products.
    expectReordered(fast.gradient, plain.gradient, 64)
  })
})

const inputs = ['a', 'b', 'c', 'd'].map((name) => ({ name, dtype: 'float32' as const, shape: [1, 2, 3, 4] }))
const empty = { name: 'g', inputs, outputs: [], nodes: [], constants: new Map(), valueTypes: new Map() }

/** A graph of what is written of four phases [1, 2, 3, 4], and the images. */
function drawn<K extends string>(write: (op: Ops, [a, b, c, d]: Value[], builder: Builder) => Record<K, Value>) {
  const builder = new Builder(empty)
  const values = write(
    builder.op,
    inputs.map(({ name }) => builder.value(name)),
    builder,
  )
  return { graph: builder.finish(), values }
}

const knowing = (graph: Graph, shapes: readonly string[] = []) =>
  ({
    graph,
    measured: { shapes: new Map(shapes.map((name) => [name, {}])), integers: new Map(), batch: true },
    dtypes: new Map(),
  }) as never

test('woven images are added by phases where sizes and strides are the same and no phase stays zero', () => {
  const pairs = [
    ['whole', 'corner', true],
    ['row', 'whole', true],
    ['corner', 'row', false],
    ['whole', 'wide', false],
    ['six', 'wide', false],
    ['unknown', 'unknown', false],
  ] as const
  const phases = { whole: 4, corner: 1, row: 2, wide: 6, six: 4, unknown: 4 }
  const { graph, values } = drawn((op, [a, b, c, d] = [], builder) => {
    const zero = () => builder.scalar(0)
    const [one, two, three, four] = [a, b, c, d] as [Value, Value, Value, Value]
    const long = (value: Value) => op.Reshape(value, [1, 2, 3, 6])
    const images = {
      whole: () =>
        weave(
          op,
          [
            [one, two],
            [three, four],
          ],
          [2, 6, 8],
        ),
      corner: () =>
        weave(
          op,
          [
            [one, null],
            [null, null],
          ],
          [2, 6, 8],
          zero,
        ),
      row: () =>
        weave(
          op,
          [
            [null, null],
            [one, two],
          ],
          [2, 6, 8],
          zero,
        ),
      wide: () =>
        weave(
          op,
          [
            [one, two, three],
            [two, three, four],
          ],
          [2, 6, 12],
        ),
      six: () =>
        weave(
          op,
          [
            [long(one), long(two)],
            [long(three), long(four)],
          ],
          [2, 6, 12],
        ),
      unknown: () =>
        weave(
          op,
          [
            [one, two],
            [three, four],
          ],
          [-1, 6, 8],
        ),
    }
    return Object.fromEntries(pairs.map(([x, y]) => [`${x} ${y}`, op.Add(images[x](), images[y]())]))
  })
  for (const [one, other, added] of pairs) {
    const sum = values[`${one} ${other}`] as Value
    const node = producers(graph).get(sum.name) as Node
    expect(wovenSums(node, knowing(graph)) !== undefined, `${one} and ${other}`).toBe(added)
    const found = node.inputs.map((name) => wovenOf(graph, name)?.rows.flat().filter(Boolean).length)
    expect(found).toEqual([phases[one], phases[other]])
    expect(wovenSums(node, knowing(graph, [sum.name])), 'the forward pass').toBeUndefined()
  }
})

test('what only looks woven is not read as such', () => {
  const { graph, values } = drawn((op, phases, builder) => {
    const [a, b, c, d] = phases as [Value, Value, Value, Value]
    const apart = (axes: number[]) => phases.map((value) => op.Unsqueeze(value, axes))
    const joined = (parts: readonly Value[], axis = 5) =>
      op.Concat(op.Concat(...parts.slice(0, 2), { axis }), op.Concat(...parts.slice(2), { axis }), { axis: 3 })
    const three = apart([3, 5]).slice(0, 3)
    const like = (value: number) => op.Expand(builder.scalar(value), op.Shape(three[2] as Value))
    const size = [0, 2, 6, 8]
    const images = {
      woven: op.Reshape(joined([...three, like(0)]), size),
      'ones, not zeros': op.Reshape(joined([...three, like(1)]), size),
      'zeros of a stated size': op.Reshape(joined([...three, op.Expand(builder.scalar(0), [1, 2, 3, 1, 4, 1])]), size),
      tiles: op.Reshape(joined(apart([2, 4])), size),
      'columns elsewhere': op.Reshape(joined(apart([3, 5]), 4), size),
      'a computed size': op.Reshape(joined(apart([3, 5])), op.Concat(op.Shape(a, { end: 2 }), [6, 8], { axis: 0 })),
      'an axis more': op.Reshape(joined(apart([3, 5])), [...size, 1]),
      'images mixed': op.Reshape(joined(apart([3, 5])), [-1, 1, 6, 8]),
      'other sizes': op.Reshape(joined(apart([3, 5])), [0, -1, 8, 7]),
    }
    for (const image of Object.values(images)) op.Relu(image)
    const twice = weave(
      op,
      [
        [a, b],
        [c, d],
      ],
      [2, 6, 8],
    )
    op.Abs(op.Add(twice, op.Relu(twice)))
    return { ...images, 'read twice': twice }
  })
  const read = Object.entries(values).flatMap(([name, { name: value }]) => (wovenOf(graph, value) ? [name] : []))
  expect(read).toEqual(['woven'])
})
