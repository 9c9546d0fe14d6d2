/** Rows for sampling at computed positions. Positions keep away from whole pixels, where a sample has a kink. */

import { type Attributes, float } from '../../src/onnx/index.ts'
import type { Options, Row } from './harness.ts'

type Checked = Row & Options

/** Positions of 6 or 12 points, some of them outside, none on a pixel, an edge or a mirror of 4 x 5 x 3 pixels. */
const positions = [
  -0.83, 0.37, 0.61, -0.29, 1.13, -0.57, 0.17, 0.89, -1.31, 0.43, -0.13, -1.72, 2.37, 0.71, 0.29, -0.63, 0.53, 1.87,
]

const modes = ['linear', 'cubic', 'nearest']
const grids = modes.flatMap((mode) =>
  ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
    [0, 1].map(
      (align_corners): Checked => ({
        operator: 'GridSample',
        name: `${mode}, ${padding_mode}, align_corners ${align_corners}`,
        opset: 20,
        inputs: [{ dims: [1, 2, 4, 5] }, { dims: [1, 2, 3, 2], data: positions }],
        attributes: { mode, padding_mode, align_corners },
        wrt: mode === 'nearest' ? [0] : [0, 1],
        batch: true,
      }),
    ),
  ),
)

const volumes = ['linear', 'nearest'].flatMap((mode) =>
  ['zeros', 'border', 'reflection'].map(
    (padding_mode): Checked => ({
      operator: 'GridSample',
      name: `3-D, ${mode}, ${padding_mode}`,
      opset: 20,
      inputs: [{ dims: [1, 2, 3, 4, 5] }, { dims: [1, 1, 2, 3, 3], data: positions }],
      attributes: { mode, padding_mode },
      wrt: mode === 'nearest' ? [0] : [0, 1],
      batch: true,
    }),
  ),
)

const affine = [0, 1].flatMap((align_corners): Checked[] => [
  {
    operator: 'AffineGrid',
    name: `2-D, align_corners ${align_corners}`,
    opset: 20,
    inputs: [{ dims: [2, 2, 3] }, { dims: [4], dtype: 'int64', data: [2, 1, 3, 4] }],
    constants: [1],
    attributes: { align_corners },
  },
  {
    operator: 'AffineGrid',
    name: `3-D, align_corners ${align_corners}`,
    opset: 20,
    inputs: [{ dims: [2, 3, 4] }, { dims: [5], dtype: 'int64', data: [2, 1, 3, 1, 2] }],
    constants: [1],
    attributes: { align_corners },
  },
])

const boxes = [0.7, 0.4, 5.1, 3.9, -1.6, 1.2, 3.3, 9.2, 2.2, 2.4, 2.5, 2.9, 4.1, 3.3, 12.7, 14.2]

const region = (name: string, attributes: Attributes, more: Partial<Checked> = {}): Checked => ({
  operator: 'RoiAlign',
  name,
  inputs: [
    { dims: [2, 2, 5, 6] },
    { dims: [4, 4], data: boxes, batch: false },
    { dims: [4], dtype: 'int64', data: [0, 1, 1, 0], batch: false },
  ],
  attributes: { output_height: 2, output_width: 3, ...attributes },
  ...more,
})

const regions: readonly Checked[] = [
  region('sampling_ratio 2', { sampling_ratio: 2 }, { half: true }),
  region('sampling_ratio 3, output_half_pixel', {
    sampling_ratio: 3,
    coordinate_transformation_mode: 'output_half_pixel',
  }),
  region('adaptive', {}),
  region('adaptive, output_half_pixel, scale', {
    spatial_scale: float(0.5),
    coordinate_transformation_mode: 'output_half_pixel',
  }),
  region(
    'boxes of one image',
    { sampling_ratio: 1, output_height: 1, output_width: 1 },
    {
      inputs: [
        { dims: [1, 2, 5, 6] },
        { dims: [4, 4], data: boxes, batch: false },
        { dims: [4], dtype: 'int64', data: [0], batch: false },
      ],
      batch: true,
    },
  ),
]

const offsets = (dims: number[]) => ({ dims, range: [-0.45, 0.45] as const, away: [0] })

const deformed: readonly Checked[] = [
  {
    operator: 'DeformConv',
    name: 'offsets',
    opset: 19,
    inputs: [{ dims: [1, 2, 4, 5] }, { dims: [3, 2, 2, 2], batch: false }, offsets([1, 8, 3, 4])],
    wrt: [0, 1, 2],
    batch: true,
  },
  {
    operator: 'DeformConv',
    name: 'bias and mask, groups, strides, pads, dilations',
    opset: 19,
    inputs: [
      { dims: [1, 4, 5, 6] },
      { dims: [2, 2, 2, 3], batch: false },
      offsets([1, 24, 3, 3]),
      { dims: [2], batch: false },
      { dims: [1, 12, 3, 3] },
    ],
    attributes: { group: 2, offset_group: 2, strides: [2, 1], pads: [1, 0, 1, 1], dilations: [2, 2] },
    wrt: [0, 1, 2, 3, 4],
    batch: true,
  },
]

export const samplingRows: readonly Checked[] = [
  ...grids,
  ...volumes,
  {
    operator: 'GridSample',
    name: 'bilinear, as opset 16 calls it',
    inputs: [{ dims: [1, 2, 4, 5] }, { dims: [1, 2, 3, 2], data: positions }],
    attributes: { mode: 'bilinear' },
    wrt: [0, 1],
    batch: true,
    half: true,
  },
  {
    operator: 'GridSample',
    name: 'bicubic, as opset 16 calls it',
    inputs: [{ dims: [1, 2, 4, 5] }, { dims: [1, 2, 3, 2], data: positions }],
    attributes: { mode: 'bicubic' },
    wrt: [0, 1],
  },
  ...affine,
  ...regions,
  ...deformed,
]
