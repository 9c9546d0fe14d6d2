/** Activations. At a kink the derivative is the one that PyTorch takes: 0 at 0 for ReLU. */

import type { Backward, RuleSet } from '../rule.ts'
import { indicator, unary } from './kinds.ts'

/** 1 strictly between two bounds, else 0. */
const between = (at: Backward, low: number, high: number) =>
  indicator(at, at.op.And(at.op.Greater(at.x[0], low), at.op.Less(at.x[0], high)))

export const activation: RuleSet = {
  Relu: unary((at) => indicator(at, at.op.Greater(at.y[0], 0))),
  LeakyRelu: unary(({ op, x, attributes }) => {
    const slope = attributes.float('alpha', 0.01)
    return op.Where(op.Greater(x[0], 0), op.CastLike(1, x[0]), op.CastLike(slope, x[0]))
  }),
  Sigmoid: unary(({ op, y }) => op.Mul(y[0], op.Sub(1, y[0]))),
  Tanh: unary(({ op, y }) => op.Sub(1, op.Mul(y[0], y[0]))),
  HardSigmoid: (at) => {
    const { op, y, dy, attributes } = at
    const inside = op.And(op.Greater(y[0], 0), op.Less(y[0], 1))
    return [op.Mul(dy, op.Mul(indicator(at, inside), attributes.float('alpha', 0.2)))]
  },
  /** x HardSigmoid(x): the gate, and inside (-3, 3) its slope times x. */
  HardSwish: unary((at) => {
    const { op, x } = at
    const gate = op.HardSigmoid(x[0], { alpha: { type: 'float', value: 1 / 6 }, beta: { type: 'float', value: 0.5 } })
    return op.Add(gate, op.Mul(op.Mul(x[0], 1 / 6), between(at, -3, 3)))
  }),
  /** y (dy - sum dy y) along the axis. */
  Softmax: ({ op, y, dy, attributes }) => {
    const axis = attributes.int('axis', -1)
    const weighted = op.Mul(dy, y[0])
    return [op.Sub(weighted, op.Mul(y[0], op.ReduceSum(weighted, [axis], { keepdims: 1 })))]
  },
  /** dy - exp(y) sum dy along the axis. */
  LogSoftmax: ({ op, y, dy, attributes }) => {
    const axis = attributes.int('axis', -1)
    return [op.Sub(dy, op.Mul(op.Exp(y[0]), op.ReduceSum(dy, [axis], { keepdims: 1 })))]
  },
}
