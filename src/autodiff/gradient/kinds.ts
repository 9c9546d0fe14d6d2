/** The kinds of rule: named by what the operator is to mathematics, so that a table entry shows only its derivative. */

import type { Operand, Value } from '../../onnx/index.ts'
import type { Backward, Rule } from '../rule.ts'

/** y = f(x), element by element: dx = dy f'(x). */
export const unary =
  (derivative: (at: Backward) => Operand): Rule =>
  (at) => [at.op.Mul(at.dy, derivative(at))]

/** y = f(a, b, …), element by element and broadcast: each gradient is summed to its input's shape. */
export const broadcasting =
  (gradients: (at: Backward) => readonly (() => Value)[]): Rule =>
  (at) =>
    gradients(at).map((gradient, i) => (at.wanted(i) ? at.sumTo(gradient(), at.x[i] as Value) : null))

/** y = f(a, b, …) of several inputs: each gradient is written only if it is wanted. */
export const several =
  (gradients: (at: Backward) => readonly (() => Value)[]): Rule =>
  (at) =>
    gradients(at).map((gradient, i) => (at.wanted(i) ? gradient() : null))

/** The elements only move: the gradient moves back. */
export const movement =
  (inverse: (at: Backward) => Value): Rule =>
  (at) => [inverse(at)]

/** The operator is the identity to a gradient. */
export const identity: Rule = (at) => [at.dy]

/** 1 where a condition holds, else 0, in the precision of `like`. */
export function indicator(at: Backward, condition: Value, like: Value = at.dy): Value {
  return at.op.CastLike(condition, like)
}

/** A value in the precision of `like`. */
export function converted(at: Backward, value: Value, like: Value): Value {
  return value.dtype === like.dtype ? value : at.op.CastLike(value, like)
}

/** `gradient` where a condition holds, else 0 (also where the gradient is infinite). */
export function where(at: Backward, condition: Value, gradient: Value): Value {
  return at.op.Where(condition, gradient, 0)
}

/** A vector with one number for each place of `axis`, so that it broadcasts with a tensor of `rank` axes. */
export function along({ op }: Backward, vector: Value, axis: number, rank: number): Value {
  const behind = rank - 1 - axis
  if (behind <= 0) return vector
  return op.Unsqueeze(
    vector,
    Array.from({ length: behind }, (_, i) => i + 1),
  )
}

/** `value` in the shape of `like`, whose sizes are written down but for one axis: the batch, or the first. */
export function reshaped({ op, shape, plainSizes }: Backward, value: Value, like: Value): Value {
  const { dims, batch } = shape(like)
  const open = Math.max(batch.indexOf(true), 0)
  const known = plainSizes && dims.length > 0 && !dims.includes(0) && batch.filter(Boolean).length <= 1
  return op.Reshape(value, known ? dims.map((dim, axis) => (axis === open ? -1 : dim)) : op.Shape(like))
}

/** `value`, whose axes are those of `like` or of size 1, stretched to its shape; `axes` are the ones to stretch. */
export function stretchedTo(
  { op, shape, plainSizes }: Backward,
  value: Value,
  like: Value,
  axes: readonly number[],
): Value {
  const { dims, batch } = shape(like)
  if (!plainSizes || axes.some((axis) => batch[axis])) return op.Expand(value, op.Shape(like))
  return op.Expand(
    value,
    dims.map((dim, axis) => (axes.includes(axis) ? dim : 1)),
  )
}
