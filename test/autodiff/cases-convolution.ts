/** Rows for Conv and ConvTranspose. */

import type { Options, Row } from './harness.ts'

type Checked = Row & Options

const pads = (...value: number[]) => ({ pads: value })

const images: readonly Checked[] = [
  {
    operator: 'Conv',
    name: '1-D, stride 2, a pixel over',
    inputs: [{ dims: [1, 2, 8] }, { dims: [3, 2, 3] }],
    attributes: { strides: [2] },
  },
  {
    operator: 'Conv',
    name: '2-D, no attributes',
    inputs: [{ dims: [1, 3, 5, 6] }, { dims: [4, 3, 3, 2] }, { dims: [4] }],
  },
  {
    operator: 'Conv',
    name: 'pads on every side differ',
    half: true,
    inputs: [{ dims: [1, 2, 5, 6] }, { dims: [3, 2, 3, 4] }],
    attributes: pads(0, 1, 2, 3),
  },
  {
    operator: 'Conv',
    name: 'pads longer than the kernel',
    inputs: [{ dims: [1, 2, 4, 4] }, { dims: [3, 2, 3, 3] }],
    attributes: pads(4, 0, 1, 5),
  },
  {
    operator: 'Conv',
    name: 'stride 2 and 3, pads, pixels over',
    inputs: [{ dims: [1, 2, 8, 9] }, { dims: [3, 2, 3, 2] }],
    attributes: { strides: [2, 3], ...pads(1, 0, 2, 1) },
  },
  {
    operator: 'Conv',
    name: 'stride larger than the kernel',
    inputs: [{ dims: [1, 2, 9, 8] }, { dims: [3, 2, 2, 1] }],
    attributes: { strides: [4, 3] },
  },
  {
    operator: 'Conv',
    name: 'dilation',
    inputs: [{ dims: [1, 2, 8, 9] }, { dims: [3, 2, 3, 3] }],
    attributes: { dilations: [2, 3], ...pads(1, 2, 1, 3) },
  },
  {
    operator: 'Conv',
    name: 'dilation and stride',
    inputs: [{ dims: [1, 2, 9, 10] }, { dims: [3, 2, 3, 2] }],
    attributes: { dilations: [2, 3], strides: [2, 2], ...pads(1, 2, 0, 1) },
  },
  {
    operator: 'Conv',
    name: 'groups',
    inputs: [{ dims: [1, 6, 5, 5] }, { dims: [4, 3, 3, 3] }],
    attributes: { group: 2, ...pads(1, 1, 1, 1) },
  },
  {
    operator: 'Conv',
    name: 'groups, stride 2',
    half: true,
    inputs: [{ dims: [1, 4, 6, 6] }, { dims: [6, 2, 3, 3] }],
    attributes: { group: 2, strides: [2, 2] },
  },
  {
    operator: 'Conv',
    name: 'depthwise',
    inputs: [{ dims: [1, 4, 6, 6] }, { dims: [4, 1, 3, 3] }],
    attributes: { group: 4, ...pads(1, 1, 1, 1) },
  },
  {
    operator: 'Conv',
    name: 'depthwise, stride 2, two maps a channel',
    inputs: [{ dims: [1, 3, 7, 6] }, { dims: [6, 1, 3, 3] }],
    attributes: { group: 3, strides: [2, 2], ...pads(1, 1, 1, 1) },
  },
  { operator: 'Conv', name: '1x1', inputs: [{ dims: [1, 5, 3, 3] }, { dims: [4, 5, 1, 1] }] },
  {
    operator: 'Conv',
    name: '1x1, stride 2',
    inputs: [{ dims: [1, 4, 5, 6] }, { dims: [3, 4, 1, 1] }],
    attributes: { strides: [2, 2] },
  },
  // Phase by phase: depthwise, or with 32 channels and more.
  {
    operator: 'Conv',
    name: 'depthwise, stride 2',
    half: true,
    inputs: [{ dims: [1, 4, 6, 7] }, { dims: [4, 1, 3, 3] }],
    attributes: { group: 4, strides: [2, 2], ...pads(1, 1, 1, 1) },
  },
  {
    operator: 'Conv',
    name: 'depthwise, stride 2 and 3, pads on every side differ',
    inputs: [{ dims: [1, 2, 9, 8] }, { dims: [2, 1, 5, 4] }],
    attributes: { group: 2, strides: [2, 3], ...pads(1, 0, 2, 1) },
  },
  ...[
    { name: '32 channels, stride 2', size: [7, 6], kernel: [3, 3], strides: [2, 2], ...pads(1, 1, 1, 1) },
    { name: '32 channels, 1x1, stride 2', size: [5, 6], kernel: [1, 1], strides: [2, 2], ...pads(0, 0, 0, 0) },
    { name: '32 channels, stride 2 beside 1', size: [6, 5], kernel: [2, 3], strides: [2, 1], ...pads(0, 1, 1, 2) },
    {
      name: '32 channels, stride 4, no window at the end',
      size: [11, 10],
      kernel: [4, 2],
      strides: [4, 4],
      ...pads(0, 0, 0, 0),
    },
    {
      name: '32 channels, padding as wide as the kernel',
      size: [4, 5],
      kernel: [2, 2],
      strides: [2, 2],
      ...pads(2, 3, 2, 1),
    },
  ].map(
    ({ name, size, kernel, ...attributes }): Checked => ({
      operator: 'Conv',
      name,
      inputs: [{ dims: [1, 32, ...size] }, { dims: [3, 32, ...kernel] }],
      attributes,
    }),
  ),
  {
    operator: 'Conv',
    name: '3-D',
    inputs: [{ dims: [1, 2, 4, 4, 3] }, { dims: [2, 2, 3, 2, 2] }],
    attributes: pads(1, 0, 1, 0, 1, 0),
  },
  {
    operator: 'Conv',
    name: '3-D, stride and dilation',
    inputs: [{ dims: [1, 2, 5, 5, 6] }, { dims: [2, 2, 2, 2, 3] }],
    attributes: { strides: [2, 1, 2], dilations: [1, 2, 1] },
  },
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad): Checked[] => [
    {
      operator: 'Conv',
      name: `${auto_pad}, even kernel`,
      inputs: [{ dims: [1, 2, 5, 6] }, { dims: [3, 2, 4, 2] }],
      attributes: { auto_pad },
    },
    {
      operator: 'Conv',
      name: `${auto_pad}, stride 2 and 3`,
      inputs: [{ dims: [1, 2, 6, 7] }, { dims: [3, 2, 3, 4] }],
      attributes: { auto_pad, strides: [2, 3] },
    },
    {
      operator: 'Conv',
      name: `${auto_pad}, stride larger than the kernel`,
      inputs: [{ dims: [1, 2, 7, 8] }, { dims: [3, 2, 2, 1] }],
      attributes: { auto_pad, strides: [3, 3] },
    },
  ]),
  {
    operator: 'Conv',
    name: 'VALID, dilation',
    inputs: [{ dims: [1, 2, 6, 7] }, { dims: [3, 2, 3, 2] }],
    attributes: { auto_pad: 'VALID', dilations: [2, 3] },
  },
]

const transposed: readonly Checked[] = [
  {
    operator: 'ConvTranspose',
    name: '1-D, stride 2',
    inputs: [{ dims: [1, 2, 5] }, { dims: [2, 3, 3] }],
    attributes: { strides: [2] },
  },
  {
    operator: 'ConvTranspose',
    name: '2-D, no attributes',
    inputs: [{ dims: [1, 3, 3, 4] }, { dims: [3, 2, 3, 2] }, { dims: [2] }],
  },
  {
    operator: 'ConvTranspose',
    name: 'stride, pads on every side differ',
    inputs: [{ dims: [1, 2, 4, 3] }, { dims: [2, 3, 3, 4] }],
    attributes: { strides: [2, 3], ...pads(0, 1, 2, 3) },
  },
  {
    operator: 'ConvTranspose',
    name: 'output_padding',
    inputs: [{ dims: [1, 2, 4, 3] }, { dims: [2, 3, 3, 3] }],
    attributes: { strides: [2, 3], output_padding: [1, 2], ...pads(1, 1, 1, 1) },
  },
  {
    operator: 'ConvTranspose',
    name: 'dilation',
    inputs: [{ dims: [1, 2, 4, 3] }, { dims: [2, 3, 3, 2] }],
    attributes: { strides: [2, 1], dilations: [2, 3], ...pads(1, 0, 2, 1) },
  },
  {
    operator: 'ConvTranspose',
    name: 'groups',
    half: true,
    inputs: [{ dims: [1, 6, 3, 3] }, { dims: [6, 2, 3, 3] }],
    attributes: { group: 2, strides: [2, 2] },
  },
  {
    operator: 'ConvTranspose',
    name: 'depthwise',
    inputs: [{ dims: [1, 4, 3, 3] }, { dims: [4, 1, 4, 4] }],
    attributes: { group: 4, strides: [2, 2], ...pads(1, 1, 1, 1) },
  },
  {
    operator: 'ConvTranspose',
    name: 'output_shape',
    inputs: [{ dims: [1, 2, 4, 3] }, { dims: [2, 3, 3, 3] }],
    attributes: { strides: [2, 2], output_shape: [6, 6] },
  },
  {
    operator: 'ConvTranspose',
    name: 'output_shape, SAME_UPPER',
    inputs: [{ dims: [1, 2, 4, 3] }, { dims: [2, 3, 3, 3] }],
    attributes: { strides: [2, 2], output_shape: [8, 6], auto_pad: 'SAME_UPPER' },
  },
  {
    operator: 'ConvTranspose',
    name: 'output_shape and pads',
    inputs: [{ dims: [1, 2, 4, 3] }, { dims: [2, 3, 3, 3] }],
    attributes: { strides: [2, 2], output_shape: [8, 6], ...pads(1, 1, 1, 1) },
  },
  {
    operator: 'ConvTranspose',
    name: '3-D',
    inputs: [{ dims: [1, 2, 3, 2, 2] }, { dims: [2, 2, 2, 3, 2] }],
    attributes: { strides: [2, 1, 2], ...pads(0, 1, 0, 1, 0, 1) },
  },
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad): Checked[] => [
    {
      operator: 'ConvTranspose',
      name: `${auto_pad}, stride 2 and 3`,
      inputs: [{ dims: [1, 2, 3, 4] }, { dims: [2, 3, 4, 4] }],
      attributes: { auto_pad, strides: [2, 3] },
    },
    {
      operator: 'ConvTranspose',
      name: `${auto_pad}, stride 1`,
      inputs: [{ dims: [1, 2, 4, 4] }, { dims: [2, 3, 4, 3] }],
      attributes: { auto_pad },
    },
  ]),
]

/** Each with weights that are initializers, with a batch, and with weights and bias that are computed. */
export const convolutionRows: readonly Checked[] = [...images, ...transposed].flatMap((row): Checked[] => {
  const weights = row.inputs.map((input, i) => (input && i > 0 ? { ...input, batch: false } : input))
  return [{ ...row, inputs: weights, batch: true, wrt: row.inputs.map((_, i) => i) }]
})
