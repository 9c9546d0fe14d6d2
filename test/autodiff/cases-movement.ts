/** Rows for the operators that move elements: shapes, parts, borders, copies. */

import type { Attributes } from '../../src/onnx/index.ts'
import type { Input, Options, Row } from './harness.ts'

type Checked = Row & Options

const integers = (...data: number[]): Input => ({ dims: [data.length], dtype: 'int64', data })
const END = 2 ** 31 - 1

const one = (operator: string, name: string, dims: number[], more: Partial<Checked> = {}): Checked => ({
  operator,
  name,
  inputs: [{ dims }],
  batch: true,
  ...more,
})

/** With integers after the data, as initializers. */
const steered = (
  operator: string,
  name: string,
  dims: number[],
  given: (number[] | null)[],
  more: Partial<Checked> = {},
): Checked => ({
  operator,
  name,
  inputs: [{ dims }, ...given.map((list) => list && integers(...list))],
  constants: given.flatMap((list, i) => (list ? [i + 1] : [])),
  batch: true,
  ...more,
})

const slice = (name: string, dims: number[], starts: number[], ends: number[], axes?: number[], steps?: number[]) =>
  steered('Slice', name, dims, [starts, ends, axes ?? null, steps ?? null])

const pad = (name: string, mode: string, dims: number[], pads: number[], axes?: number[]) =>
  steered('Pad', `${mode}: ${name}`, dims, axes ? [pads, null, axes] : [pads], {
    attributes: { mode },
    half: mode === 'reflect',
    opset: mode === 'wrap' ? 19 : 18,
  })

const shapes: readonly Checked[] = [
  steered('Reshape', 'to a matrix', [1, 2, 3, 2], [[0, -1]], { half: true }),
  steered('Reshape', 'the batch is inferred', [1, 4, 3], [[-1, 2, 6]]),
  one('Flatten', 'axis 1', [1, 2, 3, 2]),
  one('Flatten', 'axis -1', [1, 2, 3, 2], { attributes: { axis: -1 } }),
  steered('Squeeze', 'axes', [1, 1, 3, 1], [[1, -1]]),
  one('Squeeze', 'every axis of size 1', [2, 1, 3], { batch: false }),
  steered('Unsqueeze', 'axes', [1, 3], [[1, -1]]),
  one('Transpose', 'reversed', [1, 2, 3]),
  one('Transpose', 'NHWC to NCHW', [1, 3, 4, 2], { attributes: { perm: [0, 3, 1, 2] }, half: true }),
  one('Transpose', 'the batch moves', [1, 3, 4], { attributes: { perm: [2, 0, 1] } }),
  one('DepthToSpace', 'DCR', [1, 8, 2, 3], { attributes: { blocksize: 2 } }),
  one('DepthToSpace', 'CRD', [1, 18, 1, 2], { attributes: { blocksize: 3, mode: 'CRD' } }),
  one('SpaceToDepth', 'blocks of 2', [1, 2, 4, 6], { attributes: { blocksize: 2 } }),
]

const slices: readonly Checked[] = [
  slice('the first axes', [2, 3, 4], [0, 1], [2, 3]),
  slice('axes, negative limits', [1, 4, 5], [-3, 1], [-1, END], [1, -1]),
  slice('limits beyond the ends', [1, 4, 5], [-9, 2], [9, 99], [1, 2]),
  slice('steps', [1, 7, 6], [1, 0], [END, END], [1, 2], [2, 3]),
  slice('negative steps', [1, 5, 6], [-1, 4], [-(2 ** 31), 0], [1, 2], [-1, -2]),
  slice('negative step from the middle', [1, 7], [4], [-(2 ** 31)], [1], [-3]),
  slice('one pixel', [1, 3, 3], [1, 2], [2, 3], [1, 2]),
  slice('the whole batch and a channel', [1, 3, 3], [0, 1], [END, 2], [0, 1]),
  slice('the first image', [1, 3], [0], [1], [0]),
  slice('the batch reversed', [1, 3], [-1], [-(2 ** 31)], [0], [-1]),
  slice('every second image', [1, 3], [0], [END], [0], [2]),
  slice('the last images and a channel', [1, 3, 2], [-2, 1], [END, 3], [0, 1]),
]

const pads: readonly Checked[] = [
  pad('all axes', 'constant', [1, 3, 4], [0, 1, 2, 0, 0, 3]),
  pad('negative', 'constant', [1, 4, 5], [0, -1, 2, 0, 1, -2]),
  pad('axes', 'constant', [1, 3, 4], [1, 2, 3, 0], [-1, 1]),
  {
    ...steered('Pad', 'constant: the value, too', [1, 3], [[0, 1, 0, 2]]),
    inputs: [{ dims: [1, 3] }, integers(0, 1, 0, 2), { dims: [] }],
    wrt: [0, 2],
  },
  {
    ...steered('Pad', 'constant: computed pads', [1, 3], [[0, 1, 0, 2]]),
    constants: [],
    inputs: [{ dims: [1, 3] }, { ...integers(0, 1, 0, 2), batch: false }],
  },
  pad('one pixel around', 'reflect', [1, 2, 3, 4], [0, 0, 1, 1, 0, 0, 1, 1]),
  pad('sides differ', 'reflect', [1, 4, 5], [0, 3, 1, 0, 0, 4]),
  pad('negative on one side', 'reflect', [1, 5, 4], [0, -1, 2, 0, 2, -1]),
  pad('axes', 'reflect', [1, 3, 4], [2, 0], [-1]),
  pad('sides differ', 'edge', [1, 3, 4], [0, 5, 0, 0, 1, 2]),
  pad('negative on one side', 'edge', [1, 5, 4], [0, -2, 1, 0, 3, -1]),
  pad('size 1', 'edge', [1, 1], [0, 2, 0, 1]),
  pad('sides differ', 'wrap', [1, 3, 4], [0, 1, 4, 0, 3, 0]),
  pad('negative on one side', 'wrap', [1, 5, 4], [0, -2, 1, 0, 2, -1]),
]

const crop = (name: string, dims: number[], shape: number[], attributes: Attributes = {}): Checked =>
  steered('CenterCropPad', name, dims, [shape], { attributes })

const copies: readonly Checked[] = [
  crop('odd differences', [1, 6, 3], [3, 6], { axes: [1, 2] }),
  crop('even differences', [1, 6, 3], [4, 7], { axes: [-2, -1] }),
  { ...crop('all axes', [2, 3], [2, 6]), batch: false },
  steered('Expand', 'new axes', [3, 1], [[2, 3, 4]], { batch: false }),
  steered('Expand', 'one to many', [1, 1, 4], [[1, 3, 1]]),
  steered('Expand', 'a parameter to the batch', [1, 2], [[5, 2]], { batch: false }),
  steered('Tile', 'some axes', [1, 2, 3], [[1, 3, 2]], { half: true }),
  steered('Tile', 'the batch', [1, 2], [[2, 1]]),
  {
    operator: 'Concat',
    name: 'channels',
    inputs: [{ dims: [1, 2, 3] }, { dims: [1, 1, 3] }, { dims: [1, 3, 3] }],
    attributes: { axis: 1 },
    wrt: [0, 1, 2],
    batch: true,
  },
  {
    operator: 'Concat',
    name: 'last axis, a constant among them',
    inputs: [{ dims: [2, 3] }, { dims: [2, 2] }, { dims: [2, 1] }],
    constants: [1],
    attributes: { axis: -1 },
    wrt: [0, 2],
  },
  {
    operator: 'Concat',
    name: 'along the batch',
    half: true,
    inputs: [{ dims: [1, 3] }, { dims: [2, 3], batch: false }, { dims: [1, 3] }],
    attributes: { axis: 0 },
    wrt: [0, 1, 2],
    batch: true,
  },
  { operator: 'Concat', name: 'alone', inputs: [{ dims: [2, 3] }], attributes: { axis: 0 } },
  steered('Split', 'sizes', [1, 6, 2], [[1, 3, 2]], { attributes: { axis: 1 }, outputs: 3 }),
  steered('Split', 'one part counts', [1, 6, 2], [[1, 3, 2]], { attributes: { axis: 1 }, outputs: 3, scored: [1] }),
  one('Split', 'equal parts, the last smaller', [1, 5], { attributes: { axis: -1, num_outputs: 2 }, outputs: 2 }),
  one('Trilu', 'lower', [1, 3, 4], { attributes: { upper: 0 } }),
  one('Trilu', 'upper, shifted', [1, 3, 4], {
    inputs: [{ dims: [1, 3, 4] }, { dims: [], dtype: 'int64', data: [1] }],
    constants: [1],
  }),
  { operator: 'ReverseSequence', name: 'time first', inputs: [{ dims: [4, 3, 2] }, integers(2, 4, 1)], constants: [1] },
  {
    operator: 'ReverseSequence',
    name: 'batch first',
    inputs: [{ dims: [3, 4, 2] }, integers(2, 4, 1)],
    constants: [1],
    attributes: { batch_axis: 0, time_axis: 1 },
  },
  {
    operator: 'Col2Im',
    name: 'overlapping blocks',
    inputs: [{ dims: [1, 8, 9] }, integers(4, 4), integers(2, 2)],
    constants: [1, 2],
    batch: true,
  },
  {
    operator: 'Col2Im',
    name: 'strides, pads, dilations',
    inputs: [{ dims: [1, 6, 6] }, integers(5, 6), integers(2, 3)],
    constants: [1, 2],
    attributes: { strides: [2, 1], dilations: [1, 2], pads: [1, 0, 1, 0] },
    batch: true,
  },
]

export const movementRows: readonly Checked[] = [...shapes, ...slices, ...pads, ...copies]
