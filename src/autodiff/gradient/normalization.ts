/** Normalisations, as they are at inference. */

import type { RuleSet } from '../rule.ts'

export const normalization: RuleSet = {
  /** A fixed scale per channel: dy scale / sqrt(var + eps). */
  BatchNormalization: (at) => {
    const { op, x, dy, attributes, shape } = at
    if (attributes.int('training_mode', 0) === 1) at.refuse('it is in training mode; export the model for inference')
    const factor = op.Div(x[1], op.Sqrt(op.Add(x[4], attributes.float('epsilon', 1e-5))))
    const rank = shape(x[0]).dims.length
    const perChannel = op.Reshape(factor, [-1, ...Array.from({ length: Math.max(rank - 2, 0) }, () => 1)])
    return [op.Mul(dy, op.CastLike(perChannel, dy))]
  },
  /** y = x D^-b, D = k + a/n sum x^2 over near channels: dx = dy D^-b - 2ab/n x sum (dy x D^(-b-1)), the window mirrored. */
  LRN: (at) => {
    const { op, x, y, dy, attributes, shape } = at
    const size = attributes.int('size', 1)
    const alpha = attributes.float('alpha', 1e-4)
    const beta = attributes.float('beta', 0.75)
    const bias = attributes.float('bias', 1)
    const [, channels = 1] = shape(x[0]).dims
    const low = Math.floor((size - 1) / 2)
    const high = Math.ceil((size - 1) / 2)
    const sum = (value: typeof dy, before: number, after: number) => {
      const rows = op.Reshape(value, [0, 1, channels, -1])
      const mean = op.AveragePool(rows, { kernel_shape: [size, 1], pads: [before, 0, after, 0], count_include_pad: 1 })
      return op.Reshape(op.Mul(mean, size), op.Shape(x[0]))
    }
    const d = op.Add(op.Mul(sum(op.Mul(x[0], x[0]), low, high), alpha / size), bias)
    const direct = op.Mul(dy, op.Pow(d, -beta))
    const through = sum(op.Div(op.Mul(dy, y[0]), d), high, low)
    return [op.Sub(direct, op.Mul(op.Mul(x[0], through), (2 * alpha * beta) / size))]
  },
}
