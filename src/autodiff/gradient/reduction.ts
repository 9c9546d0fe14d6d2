/** Reductions along axes. */

import type { Value } from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'
import type { Backward, RuleSet } from '../rule.ts'

/** The axes that are reduced, not negative; none given means all, or none with `noop_with_empty_axes`. */
export function reducedAxes(at: Backward): number[] {
  const rank = at.shape(at.x[0]).dims.length
  const given = at.has(1) ? at.constant(at.x[1]) : undefined
  if (at.has(1) && !given) at.refuse('its axes are computed from the input')
  const axes = given ? Array.from(numbers(given)) : []
  if (axes.length > 0) return axes.map((axis) => (axis < 0 ? axis + rank : axis))
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
    return at.op.CastLike(size, at.dy)
  }
  return at.op.CastLike(at.op.Div(at.op.Size(x), at.op.Size(at.y[0])), at.dy)
}

export const reduction: RuleSet = {
  ReduceSum: (at) => [at.op.Expand(kept(at, at.dy), at.op.Shape(at.x[0]))],
  ReduceMean: (at) => [at.op.Expand(at.op.Div(kept(at, at.dy), count(at)), at.op.Shape(at.x[0]))],
}
