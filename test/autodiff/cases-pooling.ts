/** Rows for the pools. Inputs of maxima are distinct, so that central differences see no tie; ties have tests of their own. */

import type { Attributes } from '../../src/onnx/index.ts'
import type { Input, Options, Row } from './harness.ts'

const half = (row: Row): Row & Options => ({ ...row, half: true })

interface Pool {
  readonly name: string
  readonly dims: readonly number[]
  readonly attributes: Attributes
  readonly opset?: number
}

const windows: readonly Pool[] = [
  { name: 'side by side', dims: [1, 2, 6, 4], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { name: 'side by side, pixels over', dims: [1, 2, 7, 5], attributes: { kernel_shape: [3, 2], strides: [3, 2] } },
  {
    name: 'side by side, pads',
    dims: [1, 2, 5, 6],
    attributes: { kernel_shape: [2, 3], strides: [2, 3], pads: [1, 0, 0, 2] },
  },
  { name: 'overlapping', dims: [1, 2, 7, 9], attributes: { kernel_shape: [3, 3], strides: [2, 2] } },
  {
    name: 'overlapping, pads differ',
    dims: [1, 2, 6, 7],
    attributes: { kernel_shape: [3, 4], strides: [2, 3], pads: [0, 1, 2, 3] },
  },
  { name: 'stride 1', dims: [1, 2, 5, 4], attributes: { kernel_shape: [3, 2] } },
  { name: 'stride 1, pads', dims: [1, 2, 5, 4], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
  { name: 'stride 1, pads differ', dims: [1, 2, 4, 5], attributes: { kernel_shape: [3, 4], pads: [2, 1, 0, 3] } },
  { name: 'gaps between the windows', dims: [1, 2, 8, 7], attributes: { kernel_shape: [2, 1], strides: [3, 2] } },
  { name: 'ceil_mode', dims: [1, 2, 6, 8], attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } },
  {
    name: 'ceil_mode, pads',
    dims: [1, 2, 6, 7],
    attributes: { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 0, 1, 1], ceil_mode: 1 },
  },
  {
    name: 'ceil_mode, the last window would lie in the padding',
    dims: [1, 1, 4, 4],
    attributes: { kernel_shape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 },
  },
  { name: 'one row', dims: [1, 2, 4, 7], attributes: { kernel_shape: [1, 3], strides: [1, 2] } },
  { name: 'one column', dims: [1, 2, 7, 3], attributes: { kernel_shape: [3, 1], strides: [2, 1], pads: [1, 0, 1, 0] } },
  {
    name: 'SAME_UPPER',
    dims: [1, 2, 5, 6],
    attributes: { kernel_shape: [3, 4], strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  {
    name: 'SAME_LOWER',
    dims: [1, 2, 5, 6],
    attributes: { kernel_shape: [4, 3], strides: [2, 3], auto_pad: 'SAME_LOWER' },
  },
  { name: 'VALID', dims: [1, 2, 5, 6], attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'VALID' } },
  { name: '1-D', dims: [1, 3, 9], attributes: { kernel_shape: [3], strides: [2], pads: [1, 0] } },
  { name: '1-D, stride 1', dims: [1, 3, 6], attributes: { kernel_shape: [4], pads: [1, 2] } },
  {
    name: '3-D',
    dims: [1, 2, 4, 5, 3],
    attributes: { kernel_shape: [2, 3, 2], strides: [2, 2, 1], pads: [0, 1, 0, 1, 0, 1] },
  },
  { name: '3-D, side by side', dims: [1, 2, 4, 2, 3], attributes: { kernel_shape: [2, 1, 3], strides: [2, 1, 3] } },
  { name: '3-D, stride 1', dims: [1, 2, 3, 3, 3], attributes: { kernel_shape: [2, 2, 2] } },
]

const dilated: readonly Pool[] = [
  { name: 'dilation', dims: [1, 2, 7, 8], attributes: { kernel_shape: [3, 2], dilations: [2, 3], strides: [1, 2] } },
  {
    name: 'dilation, pads, ceil_mode',
    dims: [1, 2, 7, 6],
    attributes: { kernel_shape: [2, 2], dilations: [2, 2], strides: [2, 3], pads: [1, 1, 0, 1], ceil_mode: 1 },
  },
]

const rows = (
  operator: string,
  pools: readonly Pool[],
  input: Partial<Input>,
  more: Attributes = {},
  note = '',
): Row[] =>
  pools.map(({ name, dims, attributes, opset }) => ({
    operator,
    name: `${name}${note}`,
    ...(opset ? { opset } : {}),
    inputs: [{ dims, ...input }],
    attributes: { ...attributes, ...more },
    batch: true,
  }))

const newer = (pools: readonly Pool[]) => pools.map((pool) => ({ ...pool, opset: 19 }))

export const poolingRows: readonly Row[] = [
  ...rows('MaxPool', [...windows, ...dilated], { distinct: true }),
  half({
    operator: 'MaxPool',
    name: 'half precision',
    inputs: [{ dims: [1, 2, 5, 6], distinct: true }],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    batch: true,
  }),
  {
    operator: 'MaxPool',
    name: 'its own indices',
    inputs: [{ dims: [1, 2, 6, 5], distinct: true }],
    attributes: { kernel_shape: [3, 3], strides: [2, 2] },
    outputs: 2,
    batch: true,
  },
  {
    operator: 'MaxPool',
    name: 'its own indices, column-major',
    inputs: [{ dims: [1, 2, 6, 5], distinct: true }],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], storage_order: 1 },
    outputs: 2,
    batch: true,
  },
  {
    operator: 'MaxPool',
    name: 'column-major, dilation',
    inputs: [{ dims: [1, 2, 6, 5], distinct: true }],
    attributes: { kernel_shape: [3, 2], dilations: [2, 2], storage_order: 1 },
    batch: true,
  },
  ...rows('AveragePool', windows, {}).map((row, i) => (i % 4 === 3 ? half(row) : row)),
  half({
    operator: 'LpPool',
    name: 'half precision',
    inputs: [{ dims: [1, 2, 5, 6], away: [0] }],
    attributes: { kernel_shape: [2, 3] },
    batch: true,
  }),
  ...rows('AveragePool', newer(dilated), {}),
  ...rows('AveragePool', windows, {}, { count_include_pad: 1 }, ', count_include_pad'),
  ...rows('AveragePool', newer(dilated), {}, { count_include_pad: 1 }, ', count_include_pad'),
  ...rows('LpPool', [...windows, ...dilated], { away: [0] }),
  ...rows('LpPool', windows.slice(0, 4), { away: [0] }, { p: 1 }, ', p = 1'),
  ...rows('LpPool', windows.slice(0, 4), { away: [0] }, { p: 3 }, ', p = 3'),
  ...rows('LpPool', windows.slice(0, 4), { away: [0] }, { p: 4 }, ', p = 4'),
  ...[
    [1, 3, 4, 5],
    [1, 3, 7],
    [1, 2, 3, 2, 4],
  ].flatMap((dims): Row[] => [
    half({ operator: 'GlobalAveragePool', name: `${dims.length - 2}-D`, inputs: [{ dims }], batch: true }),
    half({ operator: 'GlobalMaxPool', name: `${dims.length - 2}-D`, inputs: [{ dims, distinct: true }], batch: true }),
    { operator: 'GlobalLpPool', name: `${dims.length - 2}-D`, inputs: [{ dims, away: [0] }], batch: true },
  ]),
  {
    operator: 'GlobalLpPool',
    name: 'p = 1',
    inputs: [{ dims: [1, 2, 3, 3], away: [0] }],
    attributes: { p: 1 },
    batch: true,
  },
  {
    operator: 'GlobalLpPool',
    name: 'p = 3',
    inputs: [{ dims: [1, 2, 3, 3], away: [0] }],
    attributes: { p: 3 },
    batch: true,
  },
  {
    operator: 'MaxUnpool',
    name: 'side by side',
    inputs: [{ dims: [1, 1, 2, 2] }, { dims: [1, 1, 2, 2], dtype: 'int64', data: [5, 2, 8, 15] }],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
  {
    operator: 'MaxUnpool',
    name: 'two to one place',
    inputs: [{ dims: [1, 1, 2, 2] }, { dims: [1, 1, 2, 2], dtype: 'int64', data: [6, 6, 11, 12] }],
    attributes: { kernel_shape: [3, 3], strides: [2, 2] },
  },
  {
    operator: 'MaxUnpool',
    name: 'output_shape',
    inputs: [
      { dims: [1, 1, 2, 2] },
      { dims: [1, 1, 2, 2], dtype: 'int64', data: [5, 7, 13, 15] },
      { dims: [4], dtype: 'int64', data: [1, 1, 5, 5] },
    ],
    constants: [2],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
]
