/** Channels of a convolution that are split at once. */

import { expect, test } from 'vitest'
import { expectReordered, fire, lowered, operators } from './nets.ts'

test.each([1, 2, 3])('two convolutions instead of a Split, seed %i', async (seed) => {
  const { whole, graph, plain, fast } = await lowered(fire(seed), 'any')
  expect(operators(whole)).toContain('Split')
  expect(operators(graph)).not.toContain('Split')
  expect(fast.score).toEqual(plain.score)
  // The same products, of which a smaller matrix product may add up to 24 x 9 in another order.
  expectReordered(fast.gradient, plain.gradient, 216)
})

test('not where the gradient has another part', async () => {
  const { graph, plain, fast } = await lowered(fire(1, true), 'any')
  expect(operators(graph)).toContain('Split')
  expect(fast).toEqual(plain)
})
