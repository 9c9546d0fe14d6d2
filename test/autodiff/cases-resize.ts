/** Rows for Resize: every mode, coordinate mode and rounding that ONNX Runtime runs. */

import { type Attributes, float } from '../../src/onnx/index.ts'
import type { Input, Options, Row } from './harness.ts'

type Checked = Row & Options

const floats = (...data: number[]): Input => ({ dims: [data.length], dtype: 'float32', data })
const integers = (...data: number[]): Input => ({ dims: [data.length], dtype: 'int64', data })

const scaled = (
  name: string,
  dims: number[],
  scales: number[],
  attributes: Attributes,
  more: Partial<Checked> = {},
): Checked => ({
  operator: 'Resize',
  name,
  inputs: [{ dims }, null, floats(...scales)],
  constants: [2],
  attributes,
  batch: true,
  ...more,
})

const sized = (
  name: string,
  dims: number[],
  sizes: number[],
  attributes: Attributes,
  more: Partial<Checked> = {},
): Checked => ({
  operator: 'Resize',
  name,
  inputs: [{ dims }, null, null, integers(...sizes)],
  constants: [3],
  attributes,
  ...more,
})

const coordinates = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric']
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']
const opset = 19

const modes = ['linear', 'cubic'].flatMap((mode) =>
  coordinates.flatMap((coordinate_transformation_mode): Checked[] => {
    const attributes = { mode, coordinate_transformation_mode }
    const name = `${mode}, ${coordinate_transformation_mode}`
    return [
      scaled(`${name}: up and down`, [1, 2, 4, 5], [1, 1, 1.7, 0.6], attributes, { opset }),
      sized(`${name}: sizes`, [1, 2, 5, 4], [1, 2, 7, 1], attributes, { opset }),
    ]
  }),
)

const nearest = coordinates.flatMap((coordinate_transformation_mode) =>
  roundings.map((nearest_mode): Checked => {
    const attributes = { mode: 'nearest', coordinate_transformation_mode, nearest_mode }
    const name = `nearest, ${coordinate_transformation_mode}, ${nearest_mode}`
    return scaled(name, [1, 2, 4, 5], [1, 1, 2.5, 0.6], attributes, { opset })
  }),
)

const blocks = (['half_pixel', 'asymmetric'] as const).flatMap((coordinate_transformation_mode) => {
  const nearest_mode = coordinate_transformation_mode === 'asymmetric' ? 'floor' : 'round_prefer_ceil'
  const attributes = { coordinate_transformation_mode, nearest_mode }
  const name = `blocks, ${coordinate_transformation_mode}`
  return [
    scaled(name, [1, 2, 3, 2], [1, 1, 2, 3], attributes, { half: true }),
    scaled(`${name}, 1-D`, [1, 2, 3], [1, 1, 4], attributes),
    scaled(`${name}, 3-D`, [1, 2, 2, 3, 2], [1, 1, 2, 1, 3], attributes),
    sized(`${name}, sizes`, [1, 2, 3, 2], [1, 2, 6, 6], attributes),
  ]
})

const region = (name: string, mode: string, data: number[], more: Attributes = {}): Checked => ({
  operator: 'Resize',
  name: `tf_crop_and_resize, ${mode}: ${name}`,
  inputs: [{ dims: [1, 1, 5, 6] }, floats(...data), null, integers(1, 1, 4, 3)],
  constants: [1, 3],
  attributes: { mode, coordinate_transformation_mode: 'tf_crop_and_resize', ...more },
})

const antialias = (['linear', 'cubic'] as const).flatMap((mode) => [
  scaled(`${mode}, antialias: down`, [1, 2, 9, 8], [1, 1, 0.4, 0.6], { mode, antialias: 1 }),
  scaled(`${mode}, antialias: up and down`, [1, 1, 5, 6], [1, 1, 1.5, 0.5], {
    mode,
    antialias: 1,
    coordinate_transformation_mode: 'pytorch_half_pixel',
  }),
  sized(`${mode}, antialias: sizes, align_corners`, [1, 1, 7, 6], [1, 1, 3, 4], {
    mode,
    antialias: 1,
    coordinate_transformation_mode: 'align_corners',
  }),
])

const policies = ['not_larger', 'not_smaller'].flatMap((keep_aspect_ratio_policy) =>
  ['nearest', 'linear', 'cubic'].flatMap((mode): Checked[] => [
    sized(`${keep_aspect_ratio_policy}, ${mode}: up`, [1, 1, 4, 5], [7, 6], {
      mode,
      keep_aspect_ratio_policy,
      axes: [2, 3],
    }),
    sized(`${keep_aspect_ratio_policy}, ${mode}: down`, [1, 1, 7, 6], [4, 5], {
      mode,
      keep_aspect_ratio_policy,
      axes: [3, 2],
    }),
  ]),
)

export const resizeRows: readonly Checked[] = [
  ...modes,
  ...nearest,
  ...blocks,
  ...['nearest', 'linear', 'cubic'].flatMap((mode) => [
    region('inside', mode, [0, 0, 0.2, 0.1, 1, 1, 0.9, 0.8]),
    region('beyond', mode, [0, 0, -0.3, 0.4, 1, 1, 0.7, 1.4], { extrapolation_value: float(3) }),
    region('reversed', mode, [0, 0, 0.8, 0, 1, 1, 0.1, 1]),
  ]),
  ...antialias,
  ...policies,
  scaled('cubic, coefficient -0.5, exclude_outside', [1, 2, 4, 5], [1, 1, 1.7, 0.6], {
    mode: 'cubic',
    cubic_coeff_a: float(-0.5),
    exclude_outside: 1,
  }),
  scaled('scale 1 apart from rounding', [1, 1, 5, 8], [1, 1, 1.1, 1.1], { mode: 'linear' }),
  scaled('one axis keeps its size by rounding', [1, 2, 4, 2], [1, 1, 0.6, 1.2], {
    mode: 'linear',
    coordinate_transformation_mode: 'asymmetric',
  }),
  {
    ...region('the size stays', 'linear', [0, 0, 0.2, 0.1, 1, 1, 0.9, 0.8]),
    inputs: [{ dims: [1, 1, 4, 3] }, floats(0, 0, 0.2, 0.1, 1, 1, 0.9, 0.8), null, integers(1, 1, 4, 3)],
  },
  scaled('axes', [1, 4, 5, 2], [2, 0.6], { mode: 'linear', axes: [1, -2] }),
  scaled('linear, 1-D', [1, 2, 5], [1, 1, 1.6], { mode: 'linear' }),
  scaled('linear, 3-D', [1, 2, 3, 4, 2], [1, 1, 1.5, 0.5, 2], { mode: 'linear' }),
  scaled('linear, a matrix', [3, 4], [1.5, 0.5], { mode: 'linear' }, { batch: false }),
  scaled('nearest, channels', [1, 2, 3, 3], [1, 2, 1, 1.5], { mode: 'nearest' }),
  scaled('linear, half precision', [1, 2, 4, 5], [1, 1, 2, 2], { mode: 'linear' }, { half: true }),
  {
    ...scaled('computed scales', [1, 2, 4, 5], [1, 1, 1.5, 2], { mode: 'linear' }),
    constants: [],
    inputs: [{ dims: [1, 2, 4, 5] }, null, { ...floats(1, 1, 1.5, 2), batch: false }],
  },
]
