/** Gates of squeeze-and-excitation and gradients of averages, spread inside the blocks. */

import { expect, test } from 'vitest'
import { classifier, excited, expectReordered, lowered, operators, pooled } from './nets.ts'

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

test.each([1, 2, 3])('the average before a matrix of classes, seed %i: bit for bit', async (seed) => {
  const { whole, graph, plain, fast } = await lowered(classifier(seed, 'matrix'))
  expect(operators(whole)).not.toContain('Resize')
  expect(operators(graph).filter((op) => op === 'Resize')).toHaveLength(1)
  expect(fast).toEqual(plain)
  expect(new Set(plain.gradient).size).toBeGreaterThan(10)
})

test('an average that nothing in blocks reads is spread as it was', async () => {
  expect(operators((await lowered(pooled(1))).graph)).not.toContain('Resize')
  expect(operators((await lowered(classifier(1, 'matrix'), 'any')).graph)).not.toContain('Resize')
})
