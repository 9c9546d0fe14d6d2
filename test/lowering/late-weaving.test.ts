/** Phases that go through a mask and a 1x1 convolution before they are woven. */

import { describe, expect, test } from 'vitest'
import type { Graph } from '../../src/onnx/index.ts'
import { lowered, mobile } from './nets.ts'

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
    expectClose(fast.gradient, plain.gradient)
  })

  test.each([
    [2, 1],
    [2, 3],
    [4, 4],
  ] as const)('strides %i and %i', async (...strides) => {
    const { plain, fast } = await lowered(mobile(4, strides, bound))
    expect(fast.score).toEqual(plain.score)
    expectClose(fast.gradient, plain.gradient)
  })
})

/** The same sums, of at most 48 products, in another order. */
function expectClose(values: readonly number[], expected: readonly number[]): void {
  const largest = Math.max(...expected.map(Math.abs))
  expect(largest).toBeGreaterThan(0)
  const error = Math.max(...values.map((value, i) => Math.abs(value - (expected[i] as number))))
  expect(error / largest).toBeLessThan(48 * 2 ** -23)
}
