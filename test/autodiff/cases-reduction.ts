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
  ...['CumSum', 'CumProd'].flatMap((operator) =>
    [0, 1].flatMap((reverse) =>
      [0, 1].map((exclusive): Row & Options => {
        const inputs = [{ dims: [1, 3, 4] }, { dims: [], dtype: 'int32', data: [-1] }] as const
        const name = `reverse ${reverse}, exclusive ${exclusive}`
        const attributes = { reverse, exclusive }
        return {
          operator,
          name,
          inputs,
          constants: [1],
          attributes,
          batch: true,
          opset: operator === 'CumSum' ? 18 : 26,
        }
      }),
    ),
  ),
  {
    operator: 'CumSum',
    name: 'along the batch',
    inputs: [{ dims: [1, 2] }, { dims: [1], dtype: 'int64', data: [0] }],
    constants: [1],
    batch: true,
    half: true,
  },
  ...[
    [1, 0, 2, 3, 0, 4],
    [0, 0, 1],
    [0, 2, 3],
  ].map((data): Row & Options => ({
    operator: 'CumProd',
    name: `zeros: ${data}`,
    opset: 26,
    inputs: [
      { dims: [2, data.length], data },
      { dims: [], dtype: 'int64', data: [1] },
    ],
    constants: [1],
  })),
  {
    operator: 'CumProd',
    name: 'a zero, reverse, exclusive',
    opset: 26,
    inputs: [
      { dims: [4], data: [1, 2, 0, 3] },
      { dims: [], dtype: 'int64', data: [0] },
    ],
    constants: [1],
    attributes: { reverse: 1, exclusive: 1 },
  },
  {
    operator: 'Range',
    name: 'start and step',
    inputs: [
      { dims: [], data: [1] },
      { dims: [], data: [8.2] },
      { dims: [], data: [1.5] },
    ],
    wrt: [0, 2],
  },
]

const axis = (value: number) => ({ dims: [], dtype: 'int64', data: [value] }) as const

export const fourier: readonly (Row & Options)[] = [
  { operator: 'DFT', name: 'real', opset: 20, inputs: [{ dims: [1, 6, 1] }], batch: true, second: false },
  { operator: 'DFT', name: 'complex', opset: 20, inputs: [{ dims: [1, 5, 2] }], batch: true },
  {
    operator: 'DFT',
    name: 'inverse',
    opset: 20,
    inputs: [{ dims: [1, 5, 2] }],
    attributes: { inverse: 1 },
    batch: true,
  },
  {
    operator: 'DFT',
    name: 'one side',
    opset: 20,
    inputs: [{ dims: [1, 6, 1] }],
    attributes: { onesided: 1 },
    batch: true,
  },
  {
    operator: 'DFT',
    name: 'one side, odd',
    opset: 20,
    inputs: [{ dims: [1, 5, 1] }],
    attributes: { onesided: 1 },
    batch: true,
  },
  {
    operator: 'DFT',
    name: 'axis of four',
    opset: 20,
    inputs: [{ dims: [1, 4, 3, 2] }, null, axis(1)],
    constants: [2],
    batch: true,
  },
  { operator: 'DFT', name: 'longer', opset: 20, inputs: [{ dims: [1, 5, 2] }, axis(8)], constants: [1], batch: true },
  { operator: 'DFT', name: 'shorter', opset: 20, inputs: [{ dims: [1, 6, 2] }, axis(4)], constants: [1], batch: true },
  {
    operator: 'DFT',
    name: 'opset 18, axis of four',
    inputs: [{ dims: [1, 3, 4, 2] }],
    attributes: { axis: 2 },
    batch: true,
  },
]
