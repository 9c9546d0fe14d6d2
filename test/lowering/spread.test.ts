/** Gates of squeeze-and-excitation and gradients of averages, spread inside the blocks. */

import { expect, test } from 'vitest'
import { excited, expectReordered, lowered, operators } from './nets.ts'

test.each([1, 2, 3])('seed %i: the same score to the bit, the same gradient', async (seed) => {
  const { whole, graph, plain, fast } = await lowered(excited(seed))
  expect(operators(whole)).toContain('Expand')
  expect(operators(graph).filter((op) => op === 'Resize')).toHaveLength(2)
  expect(operators(graph).filter((op) => op === 'ReduceSum')).toHaveLength(1)
  expect(operators(graph)).not.toContain('Sub')
  expect(fast.score).toEqual(plain.score)
  // A mean times its area instead of a sum of 144 products: one more rounding, and another order.
  expectReordered(fast.gradient, plain.gradient, 144)
})
