/** Lowered programs against plain ones: the same numbers, from other operators. */

import { describe, expect, test } from 'vitest'
import { liesInBlocks } from '../../src/lowering/blocked.ts'
import { maskOf } from '../../src/lowering/masks.ts'
import { Builder, float, producers } from '../../src/onnx/index.ts'
import { float32 } from '../../src/tensor/index.ts'
import { lowered, net, operators } from './nets.ts'

/** ReLU6 and other bounds; the images hold exact zeros and bounds, and the smallest normal numbers. */
const bounds = [undefined, 6, 1, 0.3]

describe.each([1, 2, 3, 4])('masks in blocks, seed %i', (seed) => {
  test.each(bounds)('above 0, below %s: bit for bit', async (bound) => {
    const { graph, plain, fast } = await lowered(net(seed, bound))
    expect(operators(graph)).not.toContain('Greater')
    expect(fast.gradient).toEqual(plain.gradient)
    expect(fast.score).toEqual(plain.score)
    expect(new Set(plain.gradient).size).toBeGreaterThan(10)
  })
})

test('what convolutions made lies in blocks, and what is made of that alone', () => {
  const graph = net(1, 6)
  const plain = [...producers(graph)].filter(([value]) => !liesInBlocks(graph, value)).map(([, { op }]) => op)
  expect(plain).toEqual(['Mul', 'ReduceSum', 'Identity'])
})

test('a mask is read as it was written; a gate of a sum is none, it may be of another size', async () => {
  for (const bound of [undefined, 6]) {
    const { graph } = await lowered(net(1, bound))
    const read = graph.nodes.flatMap(({ outputs }) => maskOf(graph, outputs[0]) ?? [])
    expect(read.length).toBeGreaterThan(4)
    for (const { y, value } of read) expect(value === y).toBe(bound === undefined)
  }
  const builder = new Builder({ ...net(1), nodes: [], constants: new Map() })
  const ones = builder.constant(float32([3, 1, 1, 1], new Float32Array(3).fill(1)), 'ones')
  const same = builder.op.Conv(builder.value('x'), ones, { kernel_shape: [1, 1], group: 3 })
  const gate = builder.op.HardSigmoid(builder.op.Add(same, builder.value('x')), { alpha: float(0.2) })
  expect(maskOf(builder.finish(), gate.name)).toBeUndefined()
})
