/** Rows for picking and putting by index. */

import type { Input, Options, Row } from './harness.ts'

type Checked = Row & Options

const indices = (dims: number[], ...data: number[]): Input => ({ dims, dtype: 'int64', data, batch: false })

const gathers: readonly Checked[] = [
  {
    operator: 'Gather',
    name: 'one, constant',
    inputs: [{ dims: [1, 4, 3] }, indices([], 2)],
    constants: [1],
    attributes: { axis: 1 },
    batch: true,
  },
  {
    operator: 'Gather',
    name: 'the last, counted from the end',
    inputs: [{ dims: [1, 4, 3] }, indices([], -1)],
    constants: [1],
    attributes: { axis: -1 },
    batch: true,
  },
  {
    operator: 'Gather',
    name: 'runs, constant',
    inputs: [{ dims: [1, 6] }, indices([5], 4, 5, 2, 1, 0)],
    constants: [1],
    attributes: { axis: 1 },
    batch: true,
  },
  {
    operator: 'Gather',
    name: 'repeated, constant',
    inputs: [{ dims: [1, 6] }, indices([2, 4], 4, 4, 4, 1, 0, 5, 0, 2)],
    constants: [1],
    attributes: { axis: 1 },
    batch: true,
  },
  {
    operator: 'Gather',
    name: 'many, constant',
    inputs: [{ dims: [1, 6, 2] }, indices([2, 5], 4, 4, 0, 1, 0, 5, 0, -2, 5, 4)],
    constants: [1],
    attributes: { axis: 1 },
    batch: true,
    half: true,
  },
  {
    operator: 'Gather',
    name: 'the first image',
    inputs: [{ dims: [1, 3] }, indices([], 0)],
    constants: [1],
    batch: true,
  },
  {
    operator: 'Gather',
    name: 'the last image',
    inputs: [{ dims: [1, 3] }, indices([1], -1)],
    constants: [1],
    batch: true,
  },
  { operator: 'Gather', name: 'computed, matrix of indices', inputs: [{ dims: [4, 3] }, indices([2, 2], 3, 0, 3, -2)] },
  {
    operator: 'Gather',
    name: '32-bit indices',
    inputs: [{ dims: [4, 3] }, { dims: [3], dtype: 'int32', data: [3, 3, 1] }],
    attributes: { axis: 0 },
  },
  {
    operator: 'GatherElements',
    name: 'repeated',
    inputs: [{ dims: [2, 3] }, indices([2, 4], 0, 0, 2, -1, 1, 2, 1, 1)],
    attributes: { axis: 1 },
    half: true,
  },
  { operator: 'GatherElements', name: 'fewer than the data', inputs: [{ dims: [3, 4] }, indices([2, 2], 2, 0, 0, 2)] },
  { operator: 'GatherND', name: 'points', inputs: [{ dims: [3, 4] }, indices([3, 2], 0, 1, 2, -1, 0, 1)], half: true },
  { operator: 'GatherND', name: 'rows', inputs: [{ dims: [3, 4, 2] }, indices([2, 2, 1], 0, 2, 2, 2)] },
  {
    operator: 'GatherND',
    name: 'batch_dims 1',
    inputs: [{ dims: [1, 3, 4] }, { dims: [1, 2, 1], dtype: 'int64', data: [0, 2, 1, 1, 2, 0] }],
    attributes: { batch_dims: 1 },
    batch: true,
  },
  {
    operator: 'GatherND',
    name: 'batch_dims 1, no axis between',
    inputs: [{ dims: [1, 3, 4] }, { dims: [1, 2], dtype: 'int64', data: [0, 2, 1, 1, 2, 0] }],
    attributes: { batch_dims: 1 },
    batch: true,
  },
  {
    operator: 'GatherND',
    name: 'batch_dims 2',
    inputs: [{ dims: [1, 2, 3, 2] }, { dims: [1, 2, 2, 2], dtype: 'int64', data: [0, 1, 2, 0, 1, 1, 1, 1] }],
    attributes: { batch_dims: 2 },
    batch: true,
  },
]

const puts: readonly Checked[] = ['none', 'add'].flatMap((reduction): Checked[] => [
  {
    operator: 'ScatterElements',
    name: reduction,
    inputs: [{ dims: [2, 4] }, indices([2, 2], 3, 0, 1, -2), { dims: [2, 2] }],
    attributes: { axis: 1, reduction },
    wrt: [0, 2],
  },
  {
    operator: 'ScatterND',
    name: `${reduction}, points`,
    inputs: [{ dims: [3, 4] }, indices([3, 2], 0, 1, 2, 3, 1, 1), { dims: [3] }],
    attributes: { reduction },
    wrt: [0, 2],
  },
  {
    operator: 'ScatterND',
    name: `${reduction}, rows`,
    inputs: [{ dims: [3, 4] }, indices([2, 1], 2, 0), { dims: [2, 4] }],
    attributes: { reduction },
    wrt: [0, 2],
  },
])

const others: readonly Checked[] = [
  {
    operator: 'ScatterElements',
    name: 'add, to one place',
    inputs: [{ dims: [2, 4] }, indices([2, 3], 3, 3, 0, 1, -3, 1), { dims: [2, 3] }],
    attributes: { axis: 1, reduction: 'add' },
    wrt: [0, 2],
  },
  {
    operator: 'ScatterND',
    name: 'add, to one place',

    inputs: [{ dims: [3, 4] }, indices([3, 1], 1, 1, 1), { dims: [3, 4] }],
    attributes: { reduction: 'add' },
    wrt: [0, 2],
  },
  {
    operator: 'TopK',
    name: 'largest',
    half: true,
    inputs: [{ dims: [1, 6, 2], distinct: true }, indices([1], 3)],
    constants: [1],
    attributes: { axis: 1 },
    outputs: 2,
    scored: [0],
    batch: true,
  },
  {
    operator: 'TopK',
    name: 'smallest',
    inputs: [{ dims: [1, 7], distinct: true }, indices([1], 2)],
    constants: [1],
    attributes: { largest: 0 },
    outputs: 2,
    scored: [0],
    batch: true,
  },
  {
    operator: 'Compress',
    name: 'an axis',
    inputs: [{ dims: [1, 4, 2] }, { dims: [3], dtype: 'bool', data: [1, 0, 1], batch: false }],
    attributes: { axis: 1 },
    batch: true,
  },
  {
    operator: 'Compress',
    name: 'flattened',
    inputs: [{ dims: [2, 3] }, { dims: [5], dtype: 'bool', data: [0, 1, 1, 0, 1] }],
    constants: [1],
  },
  {
    operator: 'TensorScatter',
    name: 'linear',
    opset: 24,
    inputs: [{ dims: [2, 1, 5, 2] }, { dims: [2, 1, 2, 2] }, indices([2], 1, 3)],
    wrt: [0, 1],
  },
  {
    operator: 'TensorScatter',
    name: 'circular',
    opset: 24,
    inputs: [{ dims: [2, 4, 3] }, { dims: [2, 3, 3] }, indices([2], 0, 2)],
    attributes: { axis: 1, mode: 'circular' },
    wrt: [0, 1],
  },
  {
    operator: 'TensorScatter',
    name: 'at the start',
    opset: 24,
    inputs: [{ dims: [2, 4, 3] }, { dims: [2, 3, 3] }],
    wrt: [0, 1],
  },
]

export const scatterRows: readonly Checked[] = [...gathers, ...puts, ...others]
