/** A number inside the product it scales. */

import { expect, test } from 'vitest'
import { lowered, operators, perceptron } from './nets.ts'

test.each([1, 2, 3])('the half of GELU, seed %i: bit for bit', async (seed) => {
  const { whole, graph, plain, fast } = await lowered(perceptron(seed), 'any')
  expect(operators(graph).filter((op) => op === 'Mul').length).toBe(
    operators(whole).filter((op) => op === 'Mul').length - 1,
  )
  expect(operators(graph).filter((op) => op === 'Gemm').length).toBe(
    operators(whole).filter((op) => op === 'Gemm').length,
  )
  expect(fast).toEqual(plain)
  expect(new Set(plain.gradient).size).toBeGreaterThan(100)
})
