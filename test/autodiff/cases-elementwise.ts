/** Arithmetic, element by element: a row an operator and form. */

import { float } from '../../src/onnx/index.ts'
import type { Options, Row } from './harness.ts'

const pair = [{ dims: [2, 3, 4] }, { dims: [3, 1] }] as const
const batched = [{ dims: [1, 3, 4] }, { dims: [3, 1], batch: false }] as const
const positive = { dims: [2, 3, 4], range: [0.5, 2] } as const

const unary = (
  operator: string,
  range: readonly [number, number],
  extra: Options & Partial<Row> = {},
): Row & Options => ({
  operator,
  name: `on ${range[0]} to ${range[1]}`,
  inputs: [{ dims: [1, 3, 5], range }],
  batch: true,
  half: true,
  second: true,
  ...extra,
})

const kinked = (operator: string, points: number[]): Row & Options => ({
  operator,
  name: `away from ${points}`,
  inputs: [{ dims: [1, 3, 5], away: points }],
  batch: true,
  half: true,
})

export const elementwise: readonly (Row & Options)[] = [
  { operator: 'Add', name: 'two shapes', inputs: [{ dims: [2, 1, 4] }, { dims: [3, 1] }], wrt: [0, 1], half: true },
  { operator: 'Add', name: 'batch', inputs: batched, wrt: [0, 1], batch: true },
  {
    operator: 'Add',
    name: 'a scalar and an image',
    inputs: [{ dims: [] }, { dims: [1, 3, 2], batch: true }],
    wrt: [0, 1],
  },
  { operator: 'Sub', name: 'two shapes', inputs: [{ dims: [4, 1] }, { dims: [2, 1, 5] }], wrt: [0, 1], half: true },
  { operator: 'Sub', name: 'batch', inputs: batched, wrt: [0, 1], batch: true },
  { operator: 'Mul', name: 'two shapes', inputs: pair, wrt: [0, 1], half: true, second: true },
  { operator: 'Mul', name: 'batch', inputs: batched, wrt: [0, 1], batch: true, second: true },
  { operator: 'Mul', name: 'by a constant', inputs: batched, constants: [1], batch: true },
  {
    operator: 'Div',
    name: 'two shapes',
    inputs: [{ dims: [2, 3, 4] }, { dims: [3, 1], range: [0.5, 2] }],
    wrt: [0, 1],
    half: true,
    second: true,
  },
  {
    operator: 'Div',
    name: 'batch',
    inputs: [
      { dims: [1, 1], range: [1, 2] },
      { dims: [1, 3], range: [-2, -1] },
    ],
    wrt: [0, 1],
    batch: true,
  },
  { operator: 'Pow', name: 'two shapes', inputs: [positive, { dims: [3, 1] }], wrt: [0, 1], half: true, second: true },
  {
    operator: 'Pow',
    name: 'batch',
    inputs: [
      { ...positive, dims: [1, 3, 4] },
      { dims: [3, 1], batch: false },
    ],
    wrt: [0, 1],
    batch: true,
  },
  ...[0.5, 1, 1.5, -1].map((exponent) => power(exponent, [0.5, 2])),
  ...[2, 3, 4, -2].map((exponent) => power(exponent, [-2, -0.5])),
  { operator: 'Pow', name: 'to the 0', inputs: [{ dims: [5] }, { dims: [], data: [0] }], constants: [1], zero: true },
  {
    operator: 'Pow',
    name: 'to an integer',
    inputs: [{ dims: [5] }, { dims: [], data: [3], dtype: 'int64' }],
    constants: [1],
    second: true,
  },
  {
    operator: 'Pow',
    name: 'to computed integers',
    inputs: [{ dims: [6] }, { dims: [6], data: [0, 1, 2, 3], dtype: 'int64' }],
  },
  {
    operator: 'Pow',
    name: '0 to the 0, 1, 2',
    inputs: [
      { dims: [3], data: [0, 0, 0] },
      { dims: [3], data: [0, 1, 2] },
    ],
  },
  {
    operator: 'Mod',
    name: 'fmod',
    inputs: [
      { dims: [2, 6], distinct: true, range: [-5, 5] },
      { dims: [6], data: [1.3, -1.7, 2.9] },
    ],
    attributes: { fmod: 1 },
    wrt: [0, 1],
    half: true,
  },
  ...['Max', 'Min'].flatMap((operator): (Row & Options)[] => [
    { operator, name: 'one', inputs: [{ dims: [4] }] },
    {
      operator,
      name: 'two shapes',
      inputs: [{ dims: [2, 3, 4] }, { dims: [3, 1], distinct: true, range: [-1, 1] }],
      wrt: [0, 1],
      half: true,
    },
    {
      operator,
      name: 'three',
      inputs: [{ dims: [2, 3, 4] }, { dims: [3, 1] }, { dims: [4], range: [-1, 1] }],
      wrt: [0, 1, 2],
    },
    {
      operator,
      name: 'batch',
      inputs: [{ dims: [1, 3] }, { dims: [1], batch: false, data: [0.1] }],
      wrt: [0, 1],
      batch: true,
    },
  ]),
  ...['Sum', 'Mean'].map((operator): Row & Options => ({
    operator,
    name: 'three shapes',
    inputs: [{ dims: [1, 3, 4] }, { dims: [3, 1], batch: false }, { dims: [] }],
    wrt: [0, 1, 2],
    batch: true,
    half: true,
  })),
  { operator: 'Sum', name: 'one', inputs: [{ dims: [4] }] },
  { operator: 'Clip', name: 'without bounds', inputs: [{ dims: [4] }] },
  {
    operator: 'Clip',
    name: 'from below',
    inputs: [
      { dims: [9], away: [-1] },
      { dims: [], data: [-1] },
    ],
    constants: [1],
  },
  {
    operator: 'Clip',
    name: 'from above',
    inputs: [{ dims: [9], away: [1] }, null, { dims: [], data: [1] }],
    constants: [2],
  },
  {
    operator: 'Clip',
    name: 'ReLU6',
    inputs: [
      { dims: [1, 9], range: [-2, 8], away: [0, 6] },
      { dims: [], data: [0] },
      { dims: [], data: [6] },
    ],
    constants: [1, 2],
    batch: true,
    half: true,
  },
  {
    operator: 'Clip',
    name: 'bounds that are computed',
    inputs: [
      { dims: [1, 9], away: [-1, 1] },
      { dims: [], data: [-1] },
      { dims: [], data: [1] },
    ],
    wrt: [0, 1, 2],
    batch: true,
  },
  {
    operator: 'Clip',
    name: 'bounds that cross',
    inputs: [{ dims: [9] }, { dims: [], data: [1] }, { dims: [], data: [-1] }],
    wrt: [2],
  },
  {
    operator: 'Where',
    name: 'three shapes',
    inputs: [{ dims: [3, 1], dtype: 'bool', data: [1, 0, 1] }, { dims: [2, 1, 4] }, { dims: [] }],
    wrt: [1, 2],
    half: true,
  },
  {
    operator: 'Where',
    name: 'batch',
    inputs: [{ dims: [1, 4], dtype: 'bool', data: [1, 0, 0] }, { dims: [1, 4] }, { dims: [4], batch: false }],
    wrt: [1, 2],
    batch: true,
  },
  unary('Neg', [-2, 2], { second: false }),
  kinked('Abs', [0]),
  unary('Exp', [-2, 2]),
  unary('Log', [0.5, 3]),
  unary('Sqrt', [0.5, 3]),
  unary('Reciprocal', [0.5, 3]),
  unary('Erf', [-2.5, 2.5]),
  unary('Sin', [-4, 4]),
  unary('Cos', [-4, 4]),
  unary('Tan', [-1, 1]),
  unary('Asin', [-0.8, 0.8]),
  unary('Acos', [-0.8, 0.8]),
  unary('Atan', [-3, 3]),
  unary('Sinh', [-2, 2]),
  unary('Cosh', [-2, 2]),
  unary('Tanh', [-2, 2]),
  unary('Asinh', [-2, 2]),
  unary('Acosh', [1.2, 3]),
  unary('Atanh', [-0.8, 0.8]),
  unary('Identity', [-2, 2], { second: false }),
  unary('Dropout', [-2, 2], { second: false }),
  {
    operator: 'Dropout',
    name: 'ratio and training_mode 0',
    inputs: [{ dims: [4] }, { dims: [], data: [0.3] }, { dims: [], data: [0], dtype: 'bool' }],
    constants: [1, 2],
    outputs: 2,
  },
  {
    operator: 'Cast',
    name: 'to float32',
    inputs: [{ dims: [1, 4] }],
    attributes: { to: 1 },
    batch: true,
    single: true,
    half: true,
  },
  { operator: 'Cast', name: 'to float64', inputs: [{ dims: [1, 4] }], attributes: { to: 11 }, batch: true },
  {
    operator: 'CastLike',
    name: 'to float32',
    inputs: [{ dims: [1, 4] }, { dims: [1], dtype: 'float32', batch: false }],
    single: true,
    batch: true,
    half: true,
  },
]

function power(exponent: number, range: readonly [number, number]): Row & Options {
  const inputs = [
    { dims: [1, 3, 4], range },
    { dims: [], data: [exponent] },
  ]
  return {
    operator: 'Pow',
    name: `to the ${exponent}`,
    inputs,
    constants: [1],
    batch: true,
    half: true,
    second: exponent !== 1,
  }
}

const alpha = (value: number) => ({ alpha: float(value) })

export const activation: readonly (Row & Options)[] = [
  kinked('Relu', [0]),
  kinked('LeakyRelu', [0]),
  { ...kinked('LeakyRelu', [0]), name: 'alpha', attributes: alpha(0.3) },
  {
    operator: 'PRelu',
    name: 'per channel',
    inputs: [
      { dims: [1, 3, 2, 2], away: [0] },
      { dims: [3, 1, 1], batch: false },
    ],
    wrt: [0, 1],
    batch: true,
    half: true,
  },
  { operator: 'PRelu', name: 'one slope', inputs: [{ dims: [2, 5], away: [0] }, { dims: [1] }], wrt: [0, 1] },
  kinked('ThresholdedRelu', [1]),
  { ...kinked('ThresholdedRelu', [-0.5]), name: 'alpha', attributes: alpha(-0.5) },
  kinked('Elu', [0]),
  { ...kinked('Elu', [0]), name: 'alpha', attributes: alpha(1.7) },
  kinked('Selu', [0]),
  { ...kinked('Selu', [0]), name: 'alpha, gamma', attributes: { ...alpha(1.2), gamma: float(0.7) } },
  { ...kinked('Celu', [0]), half: false },
  { ...kinked('Celu', [0]), half: false, name: 'alpha', attributes: alpha(0.4) },
  unary('Sigmoid', [-4, 4]),
  unary('HardSigmoid', [-2, 2], { second: false }),
  {
    ...kinked('HardSigmoid', [-1.25, 0.75]),
    name: 'alpha, beta',
    attributes: { alpha: float(0.5), beta: float(0.625) },
  },
  { ...kinked('HardSwish', [-3, 3]), inputs: [{ dims: [1, 3, 5], range: [-5, 5], away: [-3, 3] }] },
  unary('Swish', [-4, 4], { opset: 24 }),
  { ...unary('Swish', [-4, 4], { opset: 24 }), name: 'alpha', attributes: alpha(1.7) },
  unary('Mish', [-4, 4]),
  unary('Gelu', [-4, 4], { opset: 20 }),
  { ...unary('Gelu', [-4, 4], { opset: 20 }), name: 'tanh', attributes: { approximate: 'tanh' } },
  unary('Softplus', [-4, 4]),
  { ...kinked('Softsign', [0]), second: true },
  { ...kinked('Shrink', [-0.5, 0.5]), single: true, attributes: { bias: float(0.2) } },
  { ...kinked('Shrink', [-1, 1]), single: true, name: 'lambd', attributes: { lambd: float(1), bias: float(1) } },
  ...['Softmax', 'LogSoftmax'].flatMap((operator): (Row & Options)[] => [
    { operator, name: 'last axis', inputs: [{ dims: [1, 3, 5] }], batch: true, half: true, second: true },
    {
      operator,
      name: 'channels',
      inputs: [{ dims: [1, 3, 2, 2] }],
      attributes: { axis: 1 },
      batch: true,
      second: true,
    },
    { operator, name: 'first axis', inputs: [{ dims: [4, 3] }], attributes: { axis: 0 } },
  ]),
]
