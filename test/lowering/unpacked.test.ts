/** Weights that one row an image is multiplied with, and whether copies of them pay. */

import { expect, test } from 'vitest'
import { packingPays } from '../../src/lowering/index.ts'
import { probe } from '../../src/runtime/index.ts'
import { model } from '../autodiff/row.ts'
import { connected, expectReordered, lowered, net, operators, perceptron } from './nets.ts'

test.each([1, 2, 3])('the gradient reads a large matrix where it lies, seed %i', async (seed) => {
  const { whole, graph, plain, fast } = await lowered(connected(seed), 'any')
  const reshapes = (of: typeof graph) => operators(of).filter((op) => op === 'Reshape').length
  expect(reshapes(graph)).toBe(reshapes(whole) + 1)
  expect(fast.score).toEqual(plain.score)
  // The same 2500 products, which another kernel adds up in another order.
  expectReordered(fast.gradient, plain.gradient, 2500)
})

test('a small matrix stays as it is', async () => {
  const { whole, graph, plain, fast } = await lowered(connected(1, 100), 'any')
  expect(operators(graph)).toEqual(operators(whole))
  expect(fast).toEqual(plain)
})

test.each([
  ['fully connected layers', connected(1), false],
  ['pixels through matrices', perceptron(1), true],
  ['convolutions', net(1), true],
])('packing pays for %s: %#', async (_, graph, pays) => {
  expect(packingPays(graph, await probe(model(graph)))).toBe(pays)
})
