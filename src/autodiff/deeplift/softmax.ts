/** The softmax in its steps: e = exp(x - c), S = sum e, y = e / S (or log), each with a complete rule. */

import type { Value } from '../../onnx/index.ts'
import type { Rule } from '../rule.ts'
import type { Pair } from './index.ts'

export function softmax({ at, x }: Pair, logarithm: boolean): ReturnType<Rule> {
  const { op, dy } = at
  const axis = [at.attributes.int('axis', -1)]
  const total = (value: Value) => op.ReduceSum(value, axis, { keepdims: 1 })
  const most = (value: Value) => op.ReduceMax(value, axis, { keepdims: 1 })
  const [now, before] = [at.x[0], x(0)]
  /** One constant for both, so that the exponentials are of the same function. */
  const highest = op.Max(most(now), most(before))
  const [e, f] = [op.Exp(op.Sub(now, highest)), op.Exp(op.Sub(before, highest))]
  const [s, t] = [total(e), total(f)]
  const step = op.Sub(now, before)
  const near = op.Less(op.Abs(step), 1e-4)
  const rise = op.Where(near, e, op.Div(op.Sub(e, f), op.Where(near, 1, step)))
  if (logarithm) {
    const gap = op.Sub(s, t)
    const level = op.Less(op.Abs(gap), 1e-6)
    const slope = op.Where(level, op.Reciprocal(s), op.Div(op.Sub(op.Log(s), op.Log(t)), op.Where(level, 1, gap)))
    return [op.Sub(dy, op.Mul(op.Mul(total(dy), slope), rise))]
  }
  const direct = op.Mul(dy, op.Mul(op.Add(op.Reciprocal(s), op.Reciprocal(t)), 0.5))
  const across = op.Div(total(op.Mul(dy, op.Mul(op.Add(e, f), 0.5))), op.Mul(s, t))
  return [op.Mul(op.Sub(direct, across), rise)]
}
