/** Normalisations, as they are at inference. */

import type { Value } from '../../onnx/index.ts'
import type { Rule, RuleSet } from '../rule.ts'
import { along, converted } from './kinds.ts'
import { group, instance, layer, rms } from './standardize.ts'

/** y = f (x - mean) + b with f = scale / sqrt(var + eps): a fixed factor per channel. */
const batch: Rule = (at) => {
  const { op, x, dy, attributes, shape } = at
  if (attributes.int('training_mode', 0) === 1) at.refuse('it is in training mode; export the model for inference')
  const rank = shape(x[0]).dims.length
  const perChannel = (value: Value) => converted(at, along(at, value, 1, rank), dy)
  const overChannels = (value: Value, like: Value) => {
    const axes = Array.from({ length: rank }, (_, i) => i).filter((axis) => axis !== 1)
    return converted(at, op.ReduceSum(value, axes, { keepdims: 0 }), like)
  }
  const deviation = op.Sqrt(op.Add(x[4], attributes.float('epsilon', 1e-5)))
  const factor = op.Div(x[1], converted(at, deviation, x[1]))
  /** sum dy (x - mean), per channel */
  const moment = (like: Value) => overChannels(op.Mul(dy, op.Sub(x[0], perChannel(x[3]))), like)
  const gradients = [
    () => op.Mul(dy, perChannel(factor)),
    () => op.Div(moment(x[1]), converted(at, deviation, x[1])),
    () => overChannels(dy, x[2]),
    () => op.Neg(op.Mul(overChannels(dy, x[3]), converted(at, factor, x[3]))),
    () => {
      const slope = op.Div(converted(at, factor, x[4]), op.Mul(op.Mul(deviation, deviation), -2))
      return op.Mul(moment(x[4]), slope)
    },
  ]
  return gradients.map((gradient, i) => (at.wanted(i) ? gradient() : null))
}

/** x D^-b, D = k + a/n sum x^2 over near channels: dx = dy D^-b - 2ab/n x sum (dy y / D), the window mirrored. */
const localResponse: Rule = ({ op, x, y, dy, attributes, shape }) => {
  const size = attributes.int('size', 1)
  const alpha = attributes.float('alpha', 1e-4)
  const beta = attributes.float('beta', 0.75)
  const [, channels = 1] = shape(x[0]).dims
  const low = Math.floor((size - 1) / 2)
  const high = size - 1 - low
  /** Sums over a window of channels are means times `size`, which is left to the factors. */
  const mean = (value: Value, before: number, after: number) => {
    const rows = op.Reshape(value, [0, 1, channels, -1])
    const pads = [before, 0, after, 0]
    const means = op.AveragePool(rows, { kernel_shape: [size, 1], pads, count_include_pad: 1 })
    return op.Reshape(means, op.Shape(x[0]))
  }
  const d = op.Add(op.Mul(mean(op.Mul(x[0], x[0]), low, high), alpha), attributes.float('bias', 1))
  const direct = op.Mul(dy, op.Exp(op.Mul(op.Log(d), -beta)))
  const through = mean(op.Div(op.Mul(dy, y[0]), d), high, low)
  return [op.Sub(direct, op.Mul(op.Mul(x[0], through), 2 * alpha * beta))]
}

/** x / |x| along an axis: (dy - u sum dy y) / |x|, where u is y (p = 2) or the sign of x (p = 1); 0 where |x| is 0. */
const unitLength: Rule = (at) => {
  const { op, x, y, dy, attributes } = at
  const axis = [attributes.int('axis', -1)]
  const p = attributes.int('p', 2)
  const norm = op[p === 1 ? 'ReduceL1' : 'ReduceL2'](x[0], axis, { keepdims: 1 })
  const inner = op.ReduceSum(op.Mul(dy, y[0]), axis, { keepdims: 1 })
  const across = op.Sub(dy, op.Mul(p === 1 ? op.Sign(x[0]) : y[0], inner))
  return [op.Div(across, op.Where(op.Equal(norm, 0), Number.POSITIVE_INFINITY, norm))]
}

/** x standardised over given axes, without scale: (dy - mean dy - y mean(dy y)) / (deviation + 1e-9). */
const meanVariance: Rule = ({ op, x, y, dy, attributes }) => {
  const axes = attributes.ints('axes') ?? [0, 2, 3]
  const mean = (value: Value) => op.ReduceMean(value, axes, { keepdims: 1 })
  const centred = op.Sub(x[0], mean(x[0]))
  const deviation = op.Add(op.Sqrt(mean(op.Mul(centred, centred))), 1e-9)
  const rest = op.Sub(op.Sub(dy, mean(dy)), op.Mul(y[0], mean(op.Mul(dy, y[0]))))
  return [op.Div(rest, deviation)]
}

export const normalization: RuleSet = {
  BatchNormalization: batch,
  LRN: localResponse,
  LpNormalization: unitLength,
  MeanVarianceNormalization: meanVariance,
  LayerNormalization: layer,
  GroupNormalization: group,
  InstanceNormalization: instance,
  RMSNormalization: rms,
  /** What ONNX Runtime called it before opset 23. */
  SimplifiedLayerNormalization: rms,
}
