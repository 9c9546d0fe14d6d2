/** Phases that go through a mask and a 1x1 convolution before they are woven. */

import { describe, expect, test } from 'vitest'
import type { Graph } from '../../src/onnx/index.ts'
import { expectReordered, lowered, mobile, sparse } from './nets.ts'

/** How many masks are laid over woven images. */
function masked({ nodes }: Graph): number {
  const woven = new Set(nodes.flatMap(({ op, outputs }) => (op === 'Reshape' ? outputs : [])))
  return nodes.filter(({ op, inputs }) => op === 'Mul' && inputs.some((name) => woven.has(name))).length
}

describe.each([undefined, 6])('bound %s', (bound) => {
  test.each([1, 2, 3])('seed %i: the same gradient', async (seed) => {
    const { whole, graph, plain, fast } = await lowered(mobile(seed, [2, 2], bound))
    expect(masked(whole)).toBe(2)
    expect(masked(graph)).toBe(0)
    expect(fast.score).toEqual(plain.score)
    // Sums of at most 48 products.
    expectReordered(fast.gradient, plain.gradient, 48)
  })

  test.each([
    [2, 1],
    [2, 3],
    [4, 4],
  ] as const)('strides %i and %i', async (...strides) => {
    const { plain, fast } = await lowered(mobile(4, strides, bound))
    expect(fast.score).toEqual(plain.score)
    // Sums of at most 48 products.
    expectReordered(fast.gradient, plain.gradient, 48)
  })
})

test('phases of zeros are woven where they are made', async () => {
  const { whole, graph, plain, fast } = await lowered(sparse(1))
  expect(masked(whole)).toBe(1)
  expect(masked(graph)).toBe(1)
  expect(fast).toEqual(plain)
  expect(new Set(plain.gradient).size).toBeGreaterThan(10)
})
