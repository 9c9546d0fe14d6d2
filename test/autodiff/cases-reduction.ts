/** Reductions and cumulative sums: a row an operator and form. */

import type { Options, Row } from './harness.ts'

const axes = (...data: number[]) => ({ dims: [data.length], dtype: 'int64', data }) as const

/** Every form that the axes take. */
function reductions(operator: string, input: object, extra: Options & Partial<Row> = {}): (Row & Options)[] {
  const row = { operator, constants: [1], batch: true, ...extra }
  const image = { dims: [1, 3, 2, 4], ...input }
  return [
    { ...row, name: 'pixels', inputs: [image, axes(2, 3)], half: true, second: true, ...extra },
    { ...row, name: 'one axis, dropped', inputs: [image, axes(-3)], attributes: { keepdims: 0 }, ...extra },
    { ...row, name: 'apart, in reverse', inputs: [image, axes(3, 1)], attributes: { keepdims: 0 } },
    { ...row, name: 'the batch, too', inputs: [image, axes(0, 2)] },
    { ...row, name: 'all', inputs: [image], constants: [], attributes: { keepdims: 0 }, second: true, ...extra },
    { ...row, name: 'all, empty axes', inputs: [image, axes()], batch: false },
    { ...row, name: 'none', inputs: [image, axes()], attributes: { noop_with_empty_axes: 1 } },
    { ...row, name: 'none, no axes', inputs: [image], constants: [], attributes: { noop_with_empty_axes: 1 } },
  ]
}

const distinct = { distinct: true }

export const reduction: readonly (Row & Options)[] = [
  ...reductions('ReduceSum', {}, { second: false }),
  ...reductions('ReduceMean', {}, { second: false }),
  ...reductions('ReduceMax', distinct, { second: false }),
  ...reductions('ReduceMin', distinct, { second: false }),
  ...reductions('ReduceProd', { range: [0.5, 1.5] }),
  {
    operator: 'ReduceProd',
    name: 'one zero',
    inputs: [{ dims: [2, 3], data: [1, 0, 2, 3, -1, 2] }, axes(1)],
    constants: [1],
  },
  {
    operator: 'ReduceProd',
    name: 'two zeros',
    inputs: [{ dims: [2, 3], data: [0, 0, 2, 3, -1, 2] }, axes(1)],
    constants: [1],
  },
  ...reductions('ReduceL1', { away: [0] }, { second: false }),
  ...reductions('ReduceL2', {}),
  ...reductions('ReduceSumSquare', {}),
  ...reductions('ReduceLogSum', { range: [0.5, 2] }),
  ...reductions('ReduceLogSumExp', {}),
  ...[0, 1].flatMap((reverse) =>
    [0, 1].map((exclusive): Row & Options => {
      const inputs = [{ dims: [1, 3, 4] }, { dims: [], dtype: 'int32', data: [-1] }] as const
      const name = `reverse ${reverse}, exclusive ${exclusive}`
      return { operator: 'CumSum', name, inputs, constants: [1], attributes: { reverse, exclusive }, batch: true }
    }),
  ),
  {
    operator: 'CumSum',
    name: 'along the batch',
    inputs: [{ dims: [1, 2] }, { dims: [1], dtype: 'int64', data: [0] }],
    constants: [1],
    batch: true,
    half: true,
  },
]
