/** Activations. At a kink the derivative is the one that PyTorch takes: 0 at 0 for ReLU. */

import { float, type Value } from '../../onnx/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { indicator, several, unary } from './kinds.ts'

/** `positive` where x > 0, else `negative`. */
function sided(at: Backward, positive: number, negative: Value | number): Value {
  const { op, x } = at
  const value = (side: Value | number) => (typeof side === 'number' ? at.scalar(side, x[0]) : side)
  return op.Where(op.Greater(x[0], 0), value(positive), value(negative))
}

/** (-3, 3) is where the gate h = HardSigmoid(x) moves, with slope 1/6: (x h)' = h + x/6 = h + (h - 1/2), elsewhere h. */
const hardSwish: Rule = unary(({ op, x }) => {
  const gate = op.HardSigmoid(x[0], { alpha: float(1 / 6), beta: float(0.5) })
  const moved = op.Sub(gate, 0.5)
  return op.Add(gate, op.Where(op.Less(op.Abs(moved), 0.5), moved, 0))
})

/** x s(ax): s + a y (1 - s). */
export const swish =
  (otherwise: number): Rule =>
  ({ op, x, y, dy, attributes }) => {
    const alpha = attributes.float('alpha', otherwise)
    const gate = op.Sigmoid(alpha === 1 ? x[0] : op.Mul(x[0], alpha))
    const moved = op.Mul(y[0], op.Sub(1, gate))
    return [op.Mul(dy, op.Add(gate, alpha === 1 ? moved : op.Mul(moved, alpha)))]
  }

/** x s, s = Sigmoid(x), both as the graph has computed them (see ../groups): s + y (1 - s). */
const gated: Rule = ({ op, y, dy }) => [op.Mul(dy, op.Add(y[1], op.Mul(y[0], op.Sub(1, y[1]))))]

/** x tanh(s), s = softplus(x): tanh s + x (1 - tanh^2 s) sigmoid(x). */
const mish: Rule = unary(({ op, x }) => {
  const gate = op.Tanh(op.Softplus(x[0]))
  const slope = op.Mul(op.Sub(1, op.Mul(gate, gate)), op.Sigmoid(x[0]))
  return op.Add(gate, op.Mul(x[0], slope))
})

/** Phi(x) + x phi(x), the normal distribution and its density, times dy. */
export function gelu(at: Backward, x: Value): Value {
  const { op } = at
  const scaled = op.Mul(x, Math.SQRT1_2)
  return bell(at, scaled, op.Add(op.Erf(scaled), 1))
}

/**
 * dy/2 (1 + erf(t) + t 2/sqrt(pi) exp(-t^2)), t = x / sqrt 2: the factor of the density lies in the exponent; halving dy costs
 * nothing where a matrix product made it; x itself need not be kept for it.
 */
function bell({ op, dy }: Backward, scaled: Value, risen: Value): Value {
  const density = op.Exp(op.Sub(Math.log(2 / Math.sqrt(Math.PI)), op.Mul(scaled, scaled)))
  return op.Mul(op.Mul(dy, 0.5), op.Add(risen, op.Mul(scaled, density)))
}

/** y = x (1 + t)/2, t = tanh(u), u = k (x + c x^3): dy/2 (1 + t + x (1 - t^2) u'). */
export function tanhGelu({ op, dy }: Backward, x: Value): Value {
  const k = Math.sqrt(2 / Math.PI)
  const square = op.Mul(x, x)
  const t = op.Tanh(op.Mul(x, op.Add(op.Mul(square, k * cubic), k)))
  const inner = op.Mul(x, op.Add(op.Mul(square, 3 * k * cubic), k))
  return op.Mul(op.Mul(dy, 0.5), op.Add(op.Add(t, 1), op.Mul(op.Sub(1, op.Mul(t, t)), inner)))
}

const cubic = 0.044715

/** y (dy - sum dy y) along the axis. */
const softmax: Rule = ({ op, y, dy, attributes }) => {
  const total = op.ReduceSum(op.Mul(dy, y[0]), [attributes.int('axis', -1)], { keepdims: 1 })
  return [op.Mul(y[0], op.Sub(dy, total))]
}

/** dy - exp(y) sum dy along the axis. */
const logSoftmax: Rule = ({ op, y, dy, attributes }) => {
  const total = op.ReduceSum(dy, [attributes.int('axis', -1)], { keepdims: 1 })
  return [op.Sub(dy, op.Mul(op.Exp(y[0]), total))]
}

export const activation: RuleSet = {
  Relu: unary((at) => indicator(at, at.op.Greater(at.y[0], 0))),
  LeakyRelu: unary((at) => sided(at, 1, at.attributes.float('alpha', 0.01))),
  PRelu: several((at) => {
    const { op, x, dy } = at
    return [() => op.Mul(dy, op.Where(op.Greater(x[0], 0), 1, x[1])), () => at.sumTo(op.Mul(dy, op.Min(x[0], 0)), x[1])]
  }),
  ThresholdedRelu: unary((at) => indicator(at, at.op.Greater(at.x[0], at.attributes.float('alpha', 1)))),
  /** a (e^x - 1) has the slope y + a. */
  Elu: unary((at) => sided(at, 1, at.op.Add(at.y[0], at.attributes.float('alpha', 1)))),
  Selu: unary((at) => {
    const alpha = at.attributes.float('alpha', 1.6732632423543772)
    const gamma = at.attributes.float('gamma', 1.0507009873554805)
    return sided(at, gamma, at.op.Add(at.y[0], alpha * gamma))
  }),
  /** a (e^(x/a) - 1) has the slope y/a + 1. */
  Celu: unary((at) => sided(at, 1, at.op.Add(at.op.Div(at.y[0], at.attributes.float('alpha', 1)), 1))),
  Sigmoid: unary(({ op, y }) => op.Mul(y[0], op.Sub(1, y[0]))),
  HardSigmoid: (at) => {
    const { op, y, dy, attributes } = at
    const inside = op.And(op.Greater(y[0], 0), op.Less(y[0], 1))
    return [op.Mul(dy, op.Mul(indicator(at, inside), attributes.float('alpha', 0.2)))]
  },
  HardSwish: hardSwish,
  Swish: swish(1),
  'fovea:Swish': gated,
  Mish: mish,
  Gelu: (at) =>
    at.attributes.string('approximate', 'none') === 'tanh' ? [tanhGelu(at, at.x[0])] : [gelu(at, at.x[0])],
  /** x / sqrt 2 and 1 + erf as the graph has computed them. */
  'fovea:Gelu': (at) => [bell(at, at.y[1], at.y[2])],
  Softplus: unary(({ op, x }) => op.Sigmoid(x[0])),
  /** 1 / (1 + |x|)^2 */
  Softsign: ({ op, x, dy }) => {
    const width = op.Add(op.Abs(x[0]), 1)
    return [op.Div(op.Div(dy, width), width)]
  },
  /** 1 outside of [-lambda, lambda], else 0. */
  Shrink: unary((at) => indicator(at, at.op.Greater(at.op.Abs(at.x[0]), at.attributes.float('lambd', 0.5)))),
  Softmax: softmax,
  LogSoftmax: logSoftmax,
}
