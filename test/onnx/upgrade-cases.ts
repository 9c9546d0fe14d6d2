/** A model (or several) per change of form between opset 7 and 18. */

import { float, floats } from '../../src/onnx/index.ts'
import { type Dtype, float32, int64, type Tensor } from '../../src/tensor/index.ts'
import { noise, type SmallModel } from './small-models.ts'

const x = noise([2, 3, 4, 5])
const image = noise([1, 2, 6, 7])
const positive: Tensor = float32([3], [0.5, 1.5, 2])

/** One node from `x` (and constants) to `y`. */
function one(
  opset: number,
  op: string,
  attributes: NonNullable<SmallModel['nodes'][number][3]> = {},
  constants: Readonly<Record<string, Tensor>> = {},
  input: Tensor = x,
  dtype: Dtype = 'float32',
): SmallModel {
  const names = Object.keys(constants)
  return {
    opset,
    inputs: { x: input },
    constants,
    nodes: [[op, ['x', ...names].join(' '), 'y', attributes]],
    outputs: { y: dtype },
  }
}

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'.split(' ')
const batchNorm = { s: positive, b: noise([3], 2), m: noise([3], 3), v: float32([3], [1, 2, 0.25]) }
const perElement = {
  s: noise([3, 4, 5], 2),
  b: noise([3, 4, 5], 3),
  m: noise([3, 4, 5], 4),
  v: { ...noise([3, 4, 5], 5), data: noise([3, 4, 5], 5).data.map((value) => value * value + 0.1) },
}
const rois = { rois: float32([2, 4], [0.3, 0.7, 4.2, 5.1, 1, 0, 5.5, 4]), which: int64([2], [0, 0]) }

export const cases: Readonly<Record<string, SmallModel>> = {
  'Slice 1': one(7, 'Slice', { starts: [1, -3], ends: [2, 2 ** 63], axes: [0, 2] }),
  'Slice 9, every axis': one(9, 'Slice', { starts: [0, 1, 0, 1], ends: [2, 3, 100, -1] }),
  'Pad 2, constant': one(7, 'Pad', { pads: [0, 0, 1, 2, 0, 0, 2, 0], value: float(0.5) }),
  'Pad 2, float64': one(
    10,
    'Pad',
    { pads: [1, 0], value: float(0.1) },
    {},
    { dtype: 'float64', dims: [3], data: Float64Array.of(1, 2, 3) },
    'float64',
  ),
  'Pad 2, reflect': one(8, 'Pad', { mode: 'reflect', pads: [0, 0, 1, 2, 0, 0, 1, 2], value: float(3) }),
  'Pad 2, edge and cropping': one(10, 'Pad', { mode: 'edge', pads: [0, 0, 1, -1, 0, 0, 1, 2] }),
  'Split 2, sizes': {
    ...one(7, 'Split'),
    nodes: [['Split', 'x', 'y z', { axis: 3, split: [2, 3] }]],
    outputs: { y: 'float32', z: 'float32' },
  },
  'Split 11, equal': {
    ...one(11, 'Split'),
    nodes: [['Split', 'x', 'y z', { axis: -2 }]],
    outputs: { y: 'float32', z: 'float32' },
  },
  'Split 13, equal': {
    ...one(13, 'Split'),
    nodes: [['Split', 'x', 'y z']],
    outputs: { y: 'float32', z: 'float32' },
  },
  'Squeeze 1': one(7, 'Squeeze', { axes: [1, 3] }, {}, noise([2, 1, 3, 1])),
  'Squeeze 11, all': one(11, 'Squeeze', {}, {}, noise([2, 1, 3, 1])),
  'Unsqueeze 1': one(7, 'Unsqueeze', { axes: [0, 3] }),
  'Unsqueeze 11': one(11, 'Unsqueeze', { axes: [-1] }),
  'Scatter 9': one(9, 'Scatter', { axis: 1 }, { i: int64([1, 2], [2, 0]), u: float32([1, 2], [7, 8]) }, noise([2, 3])),
  ...Object.fromEntries(
    reductions.flatMap((name) => [
      [`Reduce${name} 1, all`, one(7, `Reduce${name}`, { keepdims: 0 }, {}, squared(x))],
      [`Reduce${name} 11, axes`, one(11, `Reduce${name}`, { axes: [1, -1] }, {}, squared(x))],
      [`Reduce${name} 13`, one(name === 'Sum' ? 12 : 17, `Reduce${name}`, { axes: [2], keepdims: 0 }, {}, squared(x))],
    ]),
  ),
  'TopK 1': {
    ...one(7, 'TopK'),
    nodes: [['TopK', 'x', 'y i', { k: 2, axis: 1 }]],
    outputs: { y: 'float32', i: 'int64' },
  },
  'TopK 10': {
    ...one(10, 'TopK', {}, { k: int64([1], [3]) }),
    nodes: [['TopK', 'x k', 'y i']],
    outputs: { y: 'float32', i: 'int64' },
  },
  'Clip 6': one(7, 'Clip', { min: float(-0.3), max: float(0.6) }),
  'Clip 6, one bound': one(10, 'Clip', { max: float(0.1) }),
  'Clip 6, no bound': one(9, 'Clip', {}, {}, float32([3], [1e38, Number.NEGATIVE_INFINITY, Number.NaN])),
  'Softmax 1, default axis': one(7, 'Softmax'),
  'Softmax 1, last axis': one(7, 'Softmax', { axis: 3 }),
  'Softmax 11, negative axis': one(11, 'Softmax', { axis: -2 }),
  'Softmax 11, shape unknown': { ...one(11, 'Softmax', { axis: 2 }), anyShape: true },
  'Softmax 12, nothing in front': one(12, 'Softmax', { axis: 0 }),
  'LogSoftmax 1': one(9, 'LogSoftmax', { axis: 2 }),
  'LogSoftmax 11': one(12, 'LogSoftmax', { axis: -1 }),
  'Hardmax 1': one(10, 'Hardmax'),
  'BatchNormalization 7': one(7, 'BatchNormalization', { epsilon: float(1e-3), spatial: 1 }, batchNorm),
  'BatchNormalization 7, each element': one(8, 'BatchNormalization', { spatial: 0 }, perElement),
  'BatchNormalization 9': one(9, 'BatchNormalization', { momentum: float(0.9) }, batchNorm),
  'BatchNormalization 14': one(14, 'BatchNormalization', {}, batchNorm),
  'Dropout 7': one(7, 'Dropout', { ratio: float(0.3) }),
  'Dropout 7, mask': {
    ...one(7, 'Dropout'),
    nodes: [['Dropout', 'x', 'y m']],
    outputs: { y: 'float32', m: 'float32' },
  },
  'Dropout 10, mask': { ...one(10, 'Dropout'), nodes: [['Dropout', 'x', 'y m']], outputs: { y: 'float32', m: 'bool' } },
  'Dropout 12, mask': { ...one(12, 'Dropout'), nodes: [['Dropout', 'x', 'y m']], outputs: { y: 'float32', m: 'bool' } },
  'Upsample 7, nearest': one(7, 'Upsample', { scales: floats([1, 1, 2, 3]) }, {}, image),
  'Upsample 7, linear': one(8, 'Upsample', { mode: 'linear', scales: floats([1, 1, 1.7, 2]) }, {}, image),
  'Upsample 9, nearest': one(9, 'Upsample', {}, { s: float32([4], [1, 1, 1.3, 2.6]) }, image),
  'Upsample 9, linear': one(9, 'Upsample', { mode: 'linear' }, { s: float32([4], [1, 1, 2, 2]) }, image),
  'Upsample 9, scales computed': {
    ...one(9, 'Upsample', {}, { s: float32([4], [1, 1, 2, 2]) }, image),
    nodes: [
      ['Identity', 's', 't'],
      ['Upsample', 'x t', 'y'],
    ],
  },
  'Resize 10, nearest, larger': one(10, 'Resize', {}, { s: float32([4], [1, 1, 1.4, 2.2]) }, image),
  'Resize 10, nearest, smaller': one(10, 'Resize', {}, { s: float32([4], [1, 1, 0.6, 0.45]) }, image),
  'Resize 10, nearest, both': one(10, 'Resize', {}, { s: float32([4], [1, 1, 0.6, 1.7]) }, image),
  'Resize 10, nearest, computed': {
    ...one(10, 'Resize', {}, { s: float32([4], [1, 1, 2.3, 0.7]) }, image),
    nodes: [
      ['Identity', 's', 't'],
      ['Resize', 'x t', 'y'],
    ],
  },
  'Resize 10, linear': one(10, 'Resize', { mode: 'linear' }, { s: float32([4], [1, 1, 0.6, 1.7]) }, image),
  ...Object.fromEntries(
    ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'tf_half_pixel_for_nn'].flatMap((mode) =>
      ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((nearest) => [
        `Resize 11, ${mode}, ${nearest}`,
        one(
          11,
          'Resize',
          { coordinate_transformation_mode: mode, nearest_mode: nearest },
          { roi: float32([0], []), s: float32([4], [1, 1, 2.5, 0.6]) },
          image,
        ),
      ]),
    ),
  ),
  'Resize 11, sizes': {
    ...one(11, 'Resize', {}, { none: float32([0], []), n: int64([4], [1, 2, 9, 5]) }, image),
    nodes: [['Resize', 'x none none n', 'y', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }]],
  },
  'Resize 11, cubic': one(
    11,
    'Resize',
    { mode: 'cubic', cubic_coeff_a: float(-0.5), exclude_outside: 1 },
    { roi: float32([0], []), s: float32([4], [1, 1, 2, 1.5]) },
    image,
  ),
  'Resize 11, crop and resize': one(
    12,
    'Resize',
    { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(4) },
    {
      roi: float32([8], [0, 0, 0.2, 0.1, 1, 1, 1.1, 0.8]),
      s: float32([4], [1, 1, 1, 0.7]),
    },
    image,
  ),
  'Resize 13': one(13, 'Resize', {}, { roi: float32([0], []), s: float32([4], [1, 1, 2, 2]) }, image),
  'RoiAlign 10': one(10, 'RoiAlign', { output_height: 2, output_width: 3, sampling_ratio: 2 }, rois, image),
  'RoiAlign 10, max': one(11, 'RoiAlign', { mode: 'max', output_height: 2, output_width: 2 }, rois, image),
}

function squared(t: Tensor<'float32'>): Tensor<'float32'> {
  return { ...t, data: t.data.map((value) => value * value + 0.01) }
}

const image3 = noise([2, 4, 9, 8], 9)
const kernel = { w: noise([4, 2, 3, 3], 5) }

/** Operators whose number changed but whose form did not: the same node must mean the same at opset 18. */
export const unchanged: Readonly<Record<string, SmallModel>> = {
  'AveragePool 7': one(7, 'AveragePool', { kernel_shape: [3, 2], pads: [1, 0, 1, 1], strides: [2, 1] }),
  'AveragePool 7, same': one(7, 'AveragePool', { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  'AveragePool 10': one(10, 'AveragePool', {
    kernel_shape: [3, 3],
    ceil_mode: 1,
    strides: [2, 2],
    count_include_pad: 1,
  }),
  'MaxPool 1': one(7, 'MaxPool', { kernel_shape: [3, 3], auto_pad: 'SAME_LOWER', strides: [2, 2] }),
  'MaxPool 8': {
    ...one(8, 'MaxPool'),
    nodes: [['MaxPool', 'x', 'y i', { kernel_shape: [2, 2], storage_order: 1 }]],
    outputs: { y: 'float32', i: 'int64' },
  },
  'MaxPool 10': one(10, 'MaxPool', { kernel_shape: [2, 2], dilations: [2, 2], ceil_mode: 1 }),
  'LpPool 2': one(7, 'LpPool', { kernel_shape: [2, 2], strides: [2, 2], p: 2 }),
  'LpPool 11': one(11, 'LpPool', { kernel_shape: [3, 3], p: 3, pads: [1, 1, 1, 1], auto_pad: 'NOTSET' }),
  'Conv 1': one(7, 'Conv', { kernel_shape: [3, 3], group: 2, strides: [2, 1], auto_pad: 'SAME_UPPER' }, kernel, image3),
  'ConvTranspose 1': one(
    7,
    'ConvTranspose',
    { strides: [2, 2], pads: [1, 0, 0, 1], output_padding: [1, 0] },
    kernel,
    image3,
  ),
  'ConvTranspose 1, same upper': one(7, 'ConvTranspose', { strides: [2, 2], auto_pad: 'SAME_UPPER' }, kernel, image3),
  'ConvTranspose 1, same lower': one(10, 'ConvTranspose', { strides: [2, 2], auto_pad: 'SAME_LOWER' }, kernel, image3),
  'ConvTranspose 1, output shape': one(9, 'ConvTranspose', { strides: [2, 2], output_shape: [18, 16] }, kernel, image3),
  'Gemm 7': one(7, 'Gemm', { transB: 1, alpha: float(0.5) }, { b: noise([4, 3], 2), c: noise([4], 3) }, noise([2, 3])),
  'Gemm 9': one(9, 'Gemm', { beta: float(2) }, { b: noise([3, 4], 2), c: noise([1, 4], 3) }, noise([2, 3])),
  'Gemm 11': one(11, 'Gemm', {}, { b: noise([3, 4], 2) }, noise([2, 3])),
  'PRelu 7': one(7, 'PRelu', {}, { s: noise([3, 1, 1], 4) }),
  'PRelu 9': one(9, 'PRelu', {}, { s: noise([1], 4) }),
  'LeakyRelu 6': one(7, 'LeakyRelu', { alpha: float(0.2) }),
  'LRN 1': one(7, 'LRN', { size: 3, alpha: float(1e-2) }),
  'InstanceNormalization 6': one(7, 'InstanceNormalization', {}, { s: positive, b: noise([3], 2) }),
  'MeanVarianceNormalization 9': one(9, 'MeanVarianceNormalization'),
  'Pow 7': one(7, 'Pow', {}, { e: float32([1], [2]) }),
  'Pow 12': one(12, 'Pow', {}, { e: int64([1], [3]) }),
  'Mod 10': one(10, 'Mod', { fmod: 1 }, { m: float32([], [0.7]) }),
  'DepthToSpace 1': one(7, 'DepthToSpace', { blocksize: 2 }, {}, image3),
  'SpaceToDepth 1': one(7, 'SpaceToDepth', { blocksize: 2 }, {}, noise([1, 2, 4, 6])),
  'OneHot 9': {
    ...one(9, 'OneHot', {}, {}, int64([4], [0, -1, 2, 3])),
    constants: { d: int64([], [3]), v: float32([2], [0.5, 2]) },
    nodes: [['OneHot', 'x d v', 'y']],
  },
  'ArgMax 1': one(7, 'ArgMax', { axis: 1 }, {}, float32([2, 3], [1, 1, 0, 2, 3, 3]), 'int64'),
  'ArgMin 11': one(11, 'ArgMin', { axis: -1, keepdims: 0 }, {}, x, 'int64'),
  'Gather 1': one(7, 'Gather', { axis: 2 }, { i: int64([2], [3, 0]) }),
  'GatherND 11': one(11, 'GatherND', {}, { i: int64([2, 2], [0, 1, 1, 2]) }),
  'GatherElements 11': one(11, 'GatherElements', { axis: 1 }, { i: int64([2, 1], [2, 0]) }, noise([2, 3])),
  'ScatterND 11': one(11, 'ScatterND', {}, { i: int64([1, 1], [2]), u: noise([1, 3], 7) }, noise([4, 3])),
  'ScatterElements 11': one(
    11,
    'ScatterElements',
    {},
    { i: int64([1, 2], [1, 0]), u: noise([1, 2], 7) },
    noise([2, 3]),
  ),
  'Reshape 5': one(7, 'Reshape', {}, { s: int64([3], [0, -1, 5]) }),
  'Flatten 1': one(7, 'Flatten', { axis: 2 }),
  'Shape 1': one(7, 'Shape', {}, {}, x, 'int64'),
  'CumSum 11': one(11, 'CumSum', { exclusive: 1, reverse: 1 }, { a: int64([], [1]) }),
  'Expand 8': one(8, 'Expand', {}, { s: int64([3], [2, 3, 4]) }, noise([3, 1])),
  'Sum 8': one(8, 'Sum', {}, { a: noise([5], 2), b: noise([4, 1], 3) }),
  'Max 8': one(8, 'Max', {}, { a: noise([5], 2) }),
  'Mean 8': one(8, 'Mean', {}, { a: noise([5], 2), b: noise([3, 1, 1], 3) }),
  'Where 9': {
    ...one(9, 'Where', {}, { a: noise([5], 2) }),
    nodes: [
      ['Greater', 'x a', 'c'],
      ['Where', 'c x a', 'y'],
    ],
  },
  'Cast 6': one(7, 'Cast', { to: 6 }, {}, x, 'int32'),
  'LSTM 7': {
    ...one(7, 'LSTM', {}, { w: noise([1, 8, 3], 2), r: noise([1, 8, 2], 3) }, noise([4, 1, 3])),
    nodes: [['LSTM', 'x w r', 'y', { hidden_size: 2 }]],
  },
  'GRU 7': {
    ...one(7, 'GRU', {}, { w: noise([1, 6, 3], 2), r: noise([1, 6, 2], 3) }, noise([4, 1, 3])),
    nodes: [['GRU', 'x w r', 'y', { hidden_size: 2, linear_before_reset: 1 }]],
  },
  'RNN 7': {
    ...one(7, 'RNN', {}, { w: noise([1, 2, 3], 2), r: noise([1, 2, 2], 3) }, noise([4, 1, 3])),
    nodes: [['RNN', 'x w r', 'y', { hidden_size: 2 }]],
  },
  'QuantizeLinear 10': {
    ...one(10, 'QuantizeLinear'),
    constants: { s: float32([], [0.1]), z: { dtype: 'uint8', dims: [], data: Uint8Array.of(100) } },
    nodes: [
      ['QuantizeLinear', 'x s z', 'q'],
      ['DequantizeLinear', 'q s z', 'y'],
    ],
  },
  'NonMaxSuppression 10': {
    ...one(10, 'NonMaxSuppression', {}, {}, float32([1, 2, 4], [0, 0, 1, 1, 0, 0.1, 1, 1.1])),
    constants: { s: float32([1, 1, 2], [0.9, 0.8]), n: int64([1], [3]), t: float32([1], [0.5]) },
    nodes: [['NonMaxSuppression', 'x s n t', 'y']],
    outputs: { y: 'int64' },
  },
  'MaxUnpool 9': {
    ...one(9, 'MaxUnpool', {}, {}, noise([1, 1, 4, 4])),
    nodes: [
      ['MaxPool', 'x', 'p i', { kernel_shape: [2, 2], strides: [2, 2] }],
      ['MaxUnpool', 'p i', 'y', { kernel_shape: [2, 2], strides: [2, 2] }],
    ],
  },
}
