/** What lies outside the blocks is laid into them where a chain of sums would leave them. */

import { expect, test } from 'vitest'
import type { Graph } from '../../src/onnx/index.ts'
import { expectReordered, inverted, lowered, mobile, residual } from './nets.ts'

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

test.each([1, 2, 3])('a woven gradient that goes along a shortcut, seed %i', async (seed) => {
  const { graph, plain, fast } = await lowered(inverted(seed))
  // Of 16 channels; copies of 48 pick the phases of masks.
  expect(graph.nodes.filter(({ inputs }) => inputs[1] === 'fovea/1x16,1,1,1')).toHaveLength(1)
  expect(fast.score).toEqual(plain.score)
  // Sums of at most 48 products.
  expectReordered(fast.gradient, plain.gradient, 48)
})

test('elsewhere none', async () => {
  expect(copies((await lowered(mobile(1, [2, 2]))).graph)).toBe(0)
  expect(copies((await lowered(residual(1), 'any')).graph)).toBe(0)
})
