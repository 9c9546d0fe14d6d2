/** Results that run along an axis: cumulative sums and products, ranges. */

import type { Value } from '../../onnx/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { several } from './kinds.ts'

/** Adding up backwards is adding up from the other end. */
function backwards({ op, x, attributes }: Backward, value: Value): Value {
  const exclusive = attributes.int('exclusive', 0)
  return op.CumSum(value, x[1], { exclusive, reverse: 1 - attributes.int('reverse', 0) })
}

/**
 * dx = (sum of dy y from there on) / x. A first zero ends the run: what follows has no gradient, and its own is what the run would
 * be without it.
 */
const product: Rule = (at) => {
  const { op, x, y, dy, attributes } = at
  const reverse = attributes.int('reverse', 0)
  const zero = op.Equal(x[0], 0)
  const count = op.CumSum(op.CastLike(zero, x[0]), x[1], { reverse })
  const first = op.And(zero, op.Equal(count, 1))
  const filled = op.Where(first, 1, x[0])
  const without = op.CumProd(filled, x[1], { exclusive: attributes.int('exclusive', 0), reverse })
  const others = op.Div(backwards(at, op.Mul(dy, y[0])), op.Where(zero, 1, x[0]))
  return [op.Where(first, backwards(at, op.Mul(dy, without)), others), null]
}

/** start + i delta, where the limit only counts. */
const range: Rule = several(({ op, y, dy, scalar }) => {
  const total = (value: Value) => op.ReduceSum(value, { keepdims: 0 })
  const places = () => op.CastLike(op.Range(op.Cast(0, { to: 7 }), op.Size(y[0]), op.Cast(1, { to: 7 })), dy)
  return [() => total(dy), () => scalar(0, dy), () => total(op.Mul(dy, places()))]
})

export const cumulative: RuleSet = {
  CumSum: (at) => [backwards(at, at.dy)],
  CumProd: product,
  Range: range,
}
