/** Lowered programs against plain ones: the same numbers, from other operators. */

import { describe, expect, test } from 'vitest'
import { liesInBlocks } from '../../src/lowering/blocked.ts'
import { producers } from '../../src/onnx/index.ts'
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
