/** Reductions along axes. */

import { fromFront, type Value } from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { stretchedTo } from './kinds.ts'

/** The axes that are reduced, not negative; none given means all, or none with `noop_with_empty_axes`. */
export function reducedAxes(at: Backward): number[] {
  const rank = at.shape(at.x[0]).dims.length
  const given = at.has(1) ? at.constant(at.x[1]) : undefined
  if (at.has(1) && !given) at.refuse('its axes are computed from the input')
  const axes = given ? Array.from(numbers(given)) : []
  if (axes.length > 0) return axes.map((axis) => fromFront(axis, rank))
  return at.attributes.int('noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, i) => i)
}

/** A reduced value with its reduced axes put back, of size 1. */
export function kept(at: Backward, reduced: Value): Value {
  const axes = reducedAxes(at)
  return at.attributes.int('keepdims', 1) === 1 || axes.length === 0 ? reduced : at.op.Unsqueeze(reduced, axes)
}

/** How many elements become one, as a scalar in the graph (the batch may be among them). */
function count(at: Backward): Value {
  const [x] = at.x
  const shape = at.shape(x)
  const axes = reducedAxes(at)
  if (!axes.some((axis) => shape.batch[axis])) {
    const size = axes.reduce((product, axis) => product * (shape.dims[axis] as number), 1)
    return at.scalar(size, at.dy)
  }
  return at.op.CastLike(at.op.Div(at.op.Size(x), at.op.Size(at.y[0])), at.dy)
}

/** Every element of a group gets the same gradient. */
const shared =
  (gradient: (at: Backward) => Value): Rule =>
  (at) => [stretchedTo(at, kept(at, gradient(at)), at.x[0], reducedAxes(at))]

/** The reduced axes of a value moved to its end and made one; and the way back. */
function grouped(at: Backward, axes: readonly number[]) {
  const { op, x } = at
  const all = at.shape(x[0]).dims.map((_, axis) => axis)
  const perm = [...all.filter((axis) => !axes.includes(axis)), ...axes]
  const moved = perm.some((axis, i) => axis !== i)
  const forth = (value: Value) => (moved ? op.Transpose(value, { perm }) : value)
  const front = forth(x[0])
  const rows = op.Reshape(front, op.Concat(op.Shape(front, { end: all.length - axes.length }), [-1], { axis: 0 }))
  const back = (value: Value) => {
    const shaped = op.Reshape(value, op.Shape(front))
    return moved ? op.Transpose(shaped, { perm: all.map((axis) => perm.indexOf(axis)) }) : shaped
  }
  return { rows, back, last: all.length - axes.length }
}

/** The winner takes all; of equals the first. */
const extremum =
  (search: 'ArgMax' | 'ArgMin'): Rule =>
  (at) => {
    const { op, dy } = at
    const axes = [...reducedAxes(at)].sort((a, b) => a - b)
    if (axes.length === 0) return [dy]
    const { rows, back, last } = grouped(at, axes)
    const winners = op[search](rows, { axis: last, keepdims: 1 })
    const prize = op.Reshape(dy, op.Shape(winners))
    return [back(op.ScatterElements(at.zeros(rows), winners, prize, { axis: last }))]
  }

/** dy times the product of the others: y/x without zeros; with one zero only that element has a gradient; with more, none has. */
const product: Rule = (at) => {
  const { op, x } = at
  const axes = reducedAxes(at)
  const zero = op.Equal(x[0], 0)
  const filled = op.Where(zero, 1, x[0])
  const zeros = op.CastLike(zero, x[0])
  const number = axes.length > 0 ? op.ReduceSum(zeros, axes, { keepdims: 1 }) : zeros
  const rest = axes.length > 0 ? op.ReduceProd(filled, axes, { keepdims: 1 }) : filled
  const others = op.Div(op.Mul(kept(at, at.dy), rest), filled)
  return [op.Where(op.Equal(number, zeros), others, 0)]
}

/** dx = dy x / y, and 0 at the origin. */
const length: Rule = (at) => {
  const { op, x, y, dy } = at
  const unit = op.Div(dy, op.Where(op.Equal(y[0], 0), 1, y[0]))
  return [op.Mul(x[0], kept(at, unit))]
}

export const reduction: RuleSet = {
  ReduceSum: shared(({ dy }) => dy),
  ReduceMean: shared((at) => at.op.Div(at.dy, count(at))),
  ReduceMax: extremum('ArgMax'),
  ReduceMin: extremum('ArgMin'),
  ReduceProd: product,
  ReduceL1: (at) => [at.op.Mul(at.op.Sign(at.x[0]), kept(at, at.dy))],
  ReduceL2: length,
  ReduceSumSquare: (at) => [at.op.Mul(at.x[0], kept(at, at.op.Mul(at.dy, 2)))],
  ReduceLogSum: shared(({ op, y, dy }) => op.Div(dy, op.Exp(y[0]))),
  /** A softmax. */
  ReduceLogSumExp: (at) => {
    const { op, x, y, dy } = at
    return [op.Mul(op.Exp(op.Sub(x[0], kept(at, y[0]))), kept(at, dy))]
  },
}
