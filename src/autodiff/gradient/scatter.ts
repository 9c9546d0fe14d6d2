/** Elements picked by index and put by index: a gradient is put where it was picked, and added up where that happened twice. */

import { fromFront, type Value } from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { putBack, resized, runsOf, sizeAlong, stretched } from './axis.ts'

/** A tensor of `shape` in which `updates` are added up at `indices` along an axis. */
export function addUp(at: Backward, shape: Value, indices: Value, updates: Value, axis: number): Value {
  const { op } = at
  const zeros = op.Expand(at.scalar(0, updates), shape)
  return op.ScatterElements(zeros, indices, updates, { axis, reduction: 'add' })
}

/** `gradient` added up in the shape of `like`, at flat indices over the whole tensor. */
export function addUpFlat(at: Backward, like: Value, indices: Value, gradient: Value): Value {
  const { op } = at
  const flat = (value: Value) => op.Reshape(value, [-1])
  const sums = addUp(at, flat(op.Size(like)), flat(indices), flat(gradient), 0)
  return op.Reshape(sums, op.Shape(like))
}

const gather: Rule = (at) => {
  const { op, x, dy, attributes } = at
  const { dims, batch } = at.shape(x[0])
  const axis = fromFront(attributes.int('axis', 0), dims.length)
  const rows = op.Reshape(dy, resized(at, x[0], axis, [-1]))
  const known = batch[axis] ? undefined : at.constant(x[1])
  const size = dims[axis] as number
  if (known) {
    const source = Array.from(numbers(known), (i) => (i < 0 ? i + size : i))
    if (source.length > 0 && runsOf(source).length <= 4) return [putBack(at, rows, dims.length, axis, source, size)]
  }
  const indices = stretched(at, op.Reshape(op.Cast(x[1], { to: 7 }), [-1]), rows, dims.length, axis)
  return [addUp(at, op.Shape(x[0]), indices, rows, axis)]
}

/** The leading `batch_dims` axes become one, whose position is put before the indices. */
const gatherND: Rule = (at) => {
  const { op, x, dy, attributes } = at
  const shared = attributes.int('batch_dims', 0)
  const zeros = op.Expand(at.scalar(0, dy), op.Shape(x[0]))
  if (shared === 0) return [op.ScatterND(zeros, x[1], dy, { reduction: 'add' })]
  const merged = (value: Value) => op.Reshape(value, op.Concat([-1], op.Shape(value, { start: shared }), { axis: 0 }))
  const indices = merged(x[1])
  const ones = Array.from({ length: at.shape(x[1]).dims.length - shared }, () => 1)
  const count = op.Squeeze(sizeAlong(at, indices, 0))
  const counted = op.Reshape(op.Range(op.Cast(0, { to: 7 }), count, op.Cast(1, { to: 7 })), [-1, ...ones])
  const first = op.Expand(counted, resized(at, indices, ones.length, 1))
  const sums = op.ScatterND(merged(zeros), op.Concat(first, indices, { axis: -1 }), merged(dy), { reduction: 'add' })
  return [op.Reshape(sums, op.Shape(x[0]))]
}

/** Elements written over get no gradient; with `add` all do. */
function scattering(put: (at: Backward, zeros: Value) => Value, pick: (at: Backward) => Value): Rule {
  return (at) => {
    const reduction = at.attributes.string('reduction', 'none')
    if (reduction !== 'none' && reduction !== 'add')
      at.refuse(`its reduction is '${reduction}'; Fovea knows 'none' and 'add'`)
    const data = reduction === 'add' ? at.dy : put(at, at.zeros(at.x[2]))
    return [at.wanted(0) ? data : null, null, at.wanted(2) ? pick(at) : null]
  }
}

const axisOf = ({ attributes }: Backward) => ({ axis: attributes.int('axis', 0) })

/** The values went where the second output says. */
const topK: Rule = (at) => {
  const { op, x, y, dy } = at
  return [op.ScatterElements(at.zeros(x[0]), y[1], dy, { axis: at.attributes.int('axis', -1) })]
}

/** The rows whose condition is true, along an axis or of the flattened tensor. */
const compress: Rule = (at) => {
  const { op, x, dy, attributes } = at
  const rows = op.Squeeze(op.NonZero(x[1]), [0])
  if (!attributes.has('axis')) {
    const zeros = op.Reshape(at.zeros(x[0]), [-1])
    return [op.Reshape(op.ScatterElements(zeros, rows, dy, { axis: 0 }), op.Shape(x[0]))]
  }
  const rank = at.shape(x[0]).dims.length
  const axis = fromFront(attributes.int('axis', 0), rank)
  return [op.ScatterElements(at.zeros(x[0]), stretched(at, rows, dy, rank, axis), dy, { axis })]
}

/** A cache with rows written into it: their places get no gradient, the rows theirs from there. */
const tensorScatter: Rule = (at) => {
  const { op, x, dy, attributes } = at
  const { dims } = at.shape(x[1])
  const axis = fromFront(attributes.int('axis', -2), dims.length)
  const circular = attributes.string('mode', 'linear') === 'circular'
  const start = at.has(2) ? x[2] : op.Expand(op.Cast(0, { to: 7 }), sizeAlong(at, x[1], 0))
  const cache = op.TensorScatter(dy, at.zeros(x[1]), at.has(2) ? x[2] : null, at.node.attributes)
  const ones = (count: number) => Array.from({ length: count }, () => 1)
  const steps = op.Range(op.Cast(0, { to: 7 }), op.Squeeze(sizeAlong(at, x[1], axis)), op.Cast(1, { to: 7 }))
  const along = op.Reshape(steps, [-1, ...ones(dims.length - axis - 1)])
  const places = op.Add(op.Reshape(start, [-1, ...ones(dims.length - 1)]), along)
  const wrapped = circular ? op.Mod(places, sizeAlong(at, x[0], axis)) : places
  return [cache, op.GatherElements(dy, op.Expand(wrapped, op.Shape(x[1])), { axis })]
}

export const indexing: RuleSet = {
  Gather: gather,
  GatherND: gatherND,
  GatherElements: (at) => [addUp(at, at.op.Shape(at.x[0]), at.x[1], at.dy, axisOf(at).axis)],
  ScatterElements: scattering(
    (at, zeros) => at.op.ScatterElements(at.dy, at.x[1], zeros, axisOf(at)),
    (at) => at.op.GatherElements(at.dy, at.x[1], axisOf(at)),
  ),
  ScatterND: scattering(
    (at, zeros) => at.op.ScatterND(at.dy, at.x[1], zeros),
    (at) => at.op.GatherND(at.dy, at.x[1]),
  ),
  TensorScatter: tensorScatter,
  TopK: topK,
  Compress: compress,
}
