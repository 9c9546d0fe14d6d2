/** What lies outside the blocks is laid into them where a chain of sums would leave them. */

import { expect, test } from 'vitest'
import type { Graph } from '../../src/onnx/index.ts'
import { lowered, mobile, residual } from './nets.ts'

/** Convolutions that copy. */
const copies = ({ nodes }: Graph) =>
  nodes.filter(({ op, inputs }) => op === 'Conv' && inputs[1]?.startsWith('fovea/1x')).length

test.each([1, 2, 3])(
  'a residual network, seed %i: a copy at its end and one at the transition, bit for bit',
  async (seed) => {
    const { graph, plain, fast } = await lowered(residual(seed))
    expect(copies(graph)).toBe(2)
    expect(fast).toEqual(plain)
    expect(new Set(plain.gradient).size).toBeGreaterThan(10)
  },
)

test('elsewhere none', async () => {
  expect(copies((await lowered(mobile(1, [2, 2]))).graph)).toBe(0)
  expect(copies((await lowered(residual(1), 'any')).graph)).toBe(0)
})
