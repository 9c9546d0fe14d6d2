/** Multipliers of bent operators: the slope between the reference and the image. */

import type { Value } from '../../onnx/index.ts'
import { replacing } from '../relevance/weighted.ts'
import type { Rule } from '../rule.ts'
import { receiving } from '../rule.ts'
import type { Pair } from './index.ts'

/** m (y - y') / (x - x'), and m times the derivative where x and x' differ by less than `least`. */
export function slope({ at, x, y }: Pair, own: Rule, i: number, least: number): ReturnType<Rule> {
  const { op, dy } = at
  const step = op.Sub(at.x[i] as Value, x(i))
  const near = op.Less(op.Abs(step), least)
  const ratio = op.Div(op.Sub(at.y[0], y(0)), op.Where(near, 1, step))
  const between = at.sumTo(op.Where(near, own(receiving(at, dy))[i] as Value, op.Mul(dy, ratio)), at.x[i] as Value)
  return at.node.inputs.map((_, j) => (j === i ? between : null))
}

/**
 * A maximum (or minimum) over a window: its change belongs to the place that wins for the image where it rose (fell), else to the one
 * that wins for the reference: there the input changed by at least as much. In a reference of one colour all are equal: the image
 * decides among them, by what is added.
 */
export function extremum({ at, x, y }: Pair, own: Rule, wins: 'Greater' | 'Less'): ReturnType<Rule> {
  const { op, node, dy } = at
  const change = op.Mul(dy, op.Sub(at.y[0], y(0)))
  const here = op[wins](at.y[0], y(0))
  const ofImage = own(receiving(at, op.Where(here, change, 0)))[0] as Value
  const decided = op.Add(x(0), op.Mul(at.x[0], 1e-6))
  const others = node.inputs.slice(1).map((_, i) => at.x[i + 1] as Value)
  const outputs = op.many(node.op as 'MaxPool', node.outputs.length, decided, ...others, node.attributes)
  const ofReference = own(replacing(at, { 0: decided }, op.Where(here, 0, change), { ...outputs }))[0] as Value
  const step = op.Sub(at.x[0], x(0))
  const still = op.Equal(step, 0)
  return [op.Where(still, 0, op.Div(op.Add(ofImage, ofReference), op.Where(still, 1, step)))]
}

/** max(a, b) = a + ReLU(b - a), min(a, b) = a - ReLU(a - b). */
export function largerOf({ at, x }: Pair): ReturnType<Rule> {
  const { op, dy } = at
  const ahead = (a: Value, b: Value) => (at.node.op === 'Max' ? op.Sub(b, a) : op.Sub(a, b))
  const [now, before] = [ahead(at.x[0], at.x[1]), ahead(x(0), x(1))]
  const step = op.Sub(now, before)
  const near = op.Less(op.Abs(step), 1e-10)
  const rise = op.Div(op.Sub(op.Relu(now), op.Relu(before)), op.Where(near, 1, step))
  const share = op.Where(near, op.CastLike(op.Greater(now, 0), dy), rise)
  return [at.sumTo(op.Mul(dy, op.Sub(1, share)), at.x[0]), at.sumTo(op.Mul(dy, share), at.x[1])]
}

/** a (1/b), a product of which one factor is bent: (1/b - 1/b') / (b - b') = -1 / (b b'). */
export function quotient({ at, x }: Pair): ReturnType<Rule> {
  const { op, dy } = at
  const [a, b] = [at.x[0], at.x[1]]
  const above = () => op.Mul(op.Mul(dy, op.Add(op.Reciprocal(b), op.Reciprocal(x(1)))), 0.5)
  const below = () => op.Div(op.Mul(op.Mul(dy, op.Add(a, x(0))), -0.5), op.Mul(b, x(1)))
  return [at.wanted(0) ? at.sumTo(above(), a) : null, at.wanted(1) ? at.sumTo(below(), b) : null]
}
