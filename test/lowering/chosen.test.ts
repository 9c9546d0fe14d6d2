/** The row of the chosen class instead of all classes. */

import { describe, expect, test } from 'vitest'
import { classifier, lowered, operators } from './nets.ts'

describe.each(['matrix', 'convolution'] as const)('a head that is a %s', (head) => {
  test.each([1, 2, 3])('seed %i: bit for bit', async (seed) => {
    const { whole, graph, plain, fast } = await lowered(classifier(seed, head), 'any')
    expect(operators(whole)).toContain('ScatterElements')
    expect(operators(graph)).not.toContain('ScatterElements')
    expect(fast).toEqual(plain)
    expect(new Set(plain.gradient).size).toBeGreaterThan(10)
  })
})
