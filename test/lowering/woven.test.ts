/** Sums of images that were woven of phases: added phase by phase, woven once. */

import { describe, expect, test } from 'vitest'
import { wovenOf, wovenSums } from '../../src/lowering/woven.ts'
import { Builder, type Graph, type Node, producers, type Value, weave } from '../../src/onnx/index.ts'
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

test('woven images are read as they were written; those of other sizes or strides are not added by phases', () => {
  const builder = new Builder({
    name: 'g',
    inputs: ['a', 'b', 'c', 'd'].map((name) => ({ name, dtype: 'float32' as const, shape: [1, 2, 3, 4] })),
    outputs: [],
    nodes: [],
    constants: new Map(),
    valueTypes: new Map(),
  })
  const { op } = builder
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => builder.value(name)) as [Value, Value, Value, Value]
  const woven = (phases: (Value | null)[][], channels = 2) => {
    const size = [channels, 3 * phases.length, 4 * (phases[0] as unknown[]).length] as const
    return weave(op, phases, size, () => builder.scalar(0))
  }
  const images = {
    whole: () =>
      woven([
        [a, b],
        [c, d],
      ]),
    corner: () =>
      woven([
        [a, null],
        [null, null],
      ]),
    row: () =>
      woven([
        [null, null],
        [a, b],
      ]),
    wide: () =>
      woven([
        [a, b, c],
        [b, c, d],
      ]),
    unknown: () =>
      woven(
        [
          [a, b],
          [c, d],
        ],
        -1,
      ),
  }
  const pairs = [
    ['whole', 'corner', true],
    ['row', 'whole', true],
    ['corner', 'row', false],
    ['whole', 'wide', false],
    ['unknown', 'unknown', false],
  ] as const
  const sums = pairs.map(([one, other]) => op.Add(images[one](), images[other]()).name)
  const twice = images.corner()
  op.Add(op.Add(twice, images.whole()), twice)
  const graph = builder.finish()
  const known = { graph, measured: { shapes: new Map(), integers: new Map(), batch: true }, dtypes: new Map() } as never
  pairs.forEach(([one, other, added], i) => {
    const node = producers(graph).get(sums[i] as string) as Node
    expect(wovenSums(node, known) !== undefined, `${one} and ${other}`).toBe(added)
    expect(node.inputs.map((name) => wovenOf(graph, name)?.rows.flat().filter(Boolean).length)).toEqual(
      [one, other].map((name) => ({ whole: 4, corner: 1, row: 2, wide: 6, unknown: 4 })[name]),
    )
  })
  expect(wovenOf(graph, twice.name)).toBeUndefined()
})
