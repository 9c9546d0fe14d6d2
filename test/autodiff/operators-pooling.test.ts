import { expect, it } from 'vitest'
import { poolingRows } from './cases-pooling.ts'
import { checkRefusal, checkRows, differentiated, gradientsOf, type Row } from './harness.ts'

checkRows(poolingRows)

const maxima = (
  dims: number[],
  attributes: Row['attributes'],
  data: number[],
  weights: number[],
  more: Partial<Row> = {},
) =>
  gradientsOf({ operator: 'MaxPool', name: 'ties', inputs: [{ dims, data }], attributes, weights: [weights], ...more })

it('a pixel that wins in several windows gets the sum of their gradients', async () => {
  const peak = Array.from({ length: 25 }, (_, i) => (i === 12 ? 9 : 0))
  const [got] = await maxima([1, 1, 5, 5], { kernel_shape: [3, 3], strides: [2, 2] }, peak, [1, 10, 100, 1000])
  expect(got).toEqual(peak.map((value) => (value === 9 ? 1111 : 0)))
})

it('of equal pixels the first in row-major order wins, and padding never does', async () => {
  const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }
  const [got] = await maxima([1, 1, 4, 4], attributes, [-7], [1, 2, 3, 4])
  expect(got).toEqual([1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
})

it.each([
  ['1-D', [1, 1, 4], { kernel_shape: [2], strides: [2] }],
  ['3-D', [1, 1, 1, 1, 4], { kernel_shape: [1, 1, 2], strides: [1, 1, 2] }],
  ['dilation', [1, 1, 1, 4], { kernel_shape: [1, 2], dilations: [1, 2] }],
  ['column-major', [1, 1, 1, 4], { kernel_shape: [1, 2], dilations: [1, 2], storage_order: 1 }],
] as const)('the first of equals wins: %s', async (_, dims, attributes) => {
  const [got] = await maxima([...dims], attributes, [5], [1, 2])
  expect(got).toEqual('dilations' in attributes ? [1, 2, 0, 0] : [1, 0, 2, 0])
})

it('the first of equals wins in a global pool', async () => {
  const row: Row = {
    operator: 'GlobalMaxPool',
    name: 'ties',
    inputs: [{ dims: [1, 2, 2, 2], data: [1, 3, 3, 2, 0, 0, 0, 0] }],
    weights: [[5, 7]],
  }
  expect((await gradientsOf(row))[0]).toEqual([0, 5, 0, 0, 7, 0, 0, 0])
})

it('an infinite border is not left', async () => {
  const data = Array(16).fill(Number.NEGATIVE_INFINITY)
  const [got] = await maxima(
    [1, 1, 4, 4],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    data,
    [1, 2, 3, 4],
  )
  expect(got?.every(Number.isFinite)).toBe(true)
})

it('the winners of a plane are found without asking for indices', async () => {
  const row: Row = {
    operator: 'MaxPool',
    name: 'plane',
    inputs: [{ dims: [1, 2, 6, 6] }],
    attributes: { kernel_shape: [3, 3], strides: [2, 2] },
  }
  const pools = (await differentiated(row)).nodes.filter(({ op }) => op === 'MaxPool')
  expect(pools.map(({ outputs }) => outputs.length)).toEqual(pools.map(() => 1))
})

it('refuses MaxRoiPool', () =>
  checkRefusal(
    {
      operator: 'MaxRoiPool',
      name: 'refused',
      inputs: [{ dims: [1, 1, 4, 4] }, { dims: [1, 5], data: [0, 0, 0, 3, 3] }],
      attributes: { pooled_shape: [2, 2] },
    },
    /MaxRoiPool.*use RoiAlign/,
  ))
