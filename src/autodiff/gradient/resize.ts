/**
 * Resize: along each axis a product with an interpolation matrix, so its gradient is the product with the transposed matrices. The
 * matrix is not computed here: the engine resizes the unit matrix, once, when it loads the program, so that every coordinate
 * mode, rounding and filter is exactly what it does to images.
 */

import { type Attributes, fromFront, type Value } from '../../onnx/index.ts'
import { float32, numbers } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { resized } from './axis.ts'

/** An image that keeps its size is copied by ONNX Runtime, whatever the scales say. */
const resize: Rule = (at) => {
  const { dims, batch } = at.shape(at.x[0])
  if (`${dims}` === `${at.shape(at.y[0]).dims}`) return [at.dy]
  const axes = (at.attributes.ints('axes') ?? dims.map((_, axis) => axis)).map((axis) => fromFront(axis, dims.length))
  const moving = axes.filter((axis, k) => !isUntouched(at, axis, k))
  if (moving.some((axis) => batch[axis])) at.refuse('it resizes the batch')
  const factors = blockFactors(at, axes, moving)
  if (factors) return [sumOfBlocks(at, factors)]
  const gradient = moving
    .toSorted((a, b) => b - a)
    .reduce((value, axis) => {
      return multiplied(at, value, axis, transposedMatrix(at, axes, axis))
    }, at.dy)
  return [gradient]
}

/** Whether nothing happens along the k-th of the axes. */
function isUntouched(at: Backward, axis: number, k: number): boolean {
  const [from, to] = [at.shape(at.x[0]), at.shape(at.y[0])]
  if (from.dims[axis] !== to.dims[axis]) return false
  if (from.batch[axis] || (axis < 2 && from.dims.length > 2)) return true
  if (at.attributes.string('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize') return false
  return at.has(3) ? policyOf(at) === 'stretch' : scaleOf(at, k) === 1
}

const policyOf = (at: Backward) => at.attributes.string('keep_aspect_ratio_policy', 'stretch')

function scaleOf(at: Backward, k: number): number | undefined {
  const scales = at.has(2) ? at.constant(at.x[2]) : undefined
  return scales && numbers(scales)[k]
}

/** By what whole numbers pixels are repeated, when that is all that happens. */
function blockFactors(at: Backward, axes: readonly number[], moving: readonly number[]): number[] | undefined {
  const { attributes } = at
  const [from, to] = [at.shape(at.x[0]).dims, at.shape(at.y[0]).dims]
  if (attributes.string('mode', 'nearest') !== 'nearest' || policyOf(at) !== 'stretch') return undefined
  const coordinates = attributes.string('coordinate_transformation_mode', 'half_pixel')
  const rounding = attributes.string('nearest_mode', 'round_prefer_floor')
  const centred = /^(pytorch_)?half_pixel(_symmetric)?$/.test(coordinates) && rounding.startsWith('round')
  if (!centred && !(coordinates === 'asymmetric' && rounding === 'floor')) return undefined
  const spatial = from.length >= 3 && from.length <= 5 && moving.every((axis) => axis >= 2)
  const exact = moving.every((axis) => {
    const factor = (to[axis] as number) / (from[axis] as number)
    return Number.isInteger(factor) && (at.has(3) || scaleOf(at, axes.indexOf(axis)) === factor)
  })
  return spatial && exact ? to.slice(2).map((size, i) => size / (from[i + 2] as number)) : undefined
}

function sumOfBlocks({ op, dy }: Backward, factors: readonly number[]): Value {
  const area = factors.reduce((a, b) => a * b, 1)
  return area === 1 ? dy : op.Mul(op.AveragePool(dy, { kernel_shape: factors, strides: factors }), area)
}

/** `matrix` [in, out] times the value along an axis. */
function multiplied(at: Backward, value: Value, axis: number, matrix: Value): Value {
  const { op } = at
  const { dims } = at.shape(at.x[0])
  if (axis === dims.length - 1) return op.MatMul(value, op.Transpose(matrix, { perm: [1, 0] }))
  if (axis === dims.length - 2) return op.MatMul(matrix, value)
  const columns = op.Reshape(value, op.Concat(op.Shape(value, { end: axis + 1 }), [-1], { axis: 0 }))
  return op.Reshape(op.MatMul(matrix, columns), resized(at, value, axis, dims[axis] as number))
}

/** Row i of [in, out]: what becomes of an axis that is 1 at i and 0 elsewhere. */
function transposedMatrix(at: Backward, axes: readonly number[], axis: number): Value {
  const { op } = at
  const [size, to] = [at.shape(at.x[0]).dims[axis] as number, at.shape(at.y[0]).dims[axis] as number]
  const unit = op.EyeLike(op.Expand(at.literal(float32([], [0])), [size, size]))
  const image = op.Reshape(unit, [1, size, size, 1])
  const matrix = policyOf(at) === 'stretch' ? alone(at, axes, axis, image, to) : together(at, axes, axis, image)
  return op.CastLike(op.Reshape(matrix, [size, to]), at.dy)
}

function interpolation(at: Backward): Attributes {
  const { axes, keep_aspect_ratio_policy, extrapolation_value, ...kept } = at.node.attributes
  return kept
}

/** An image [1, size, size, 1] resized along axis 2 as the input is along `axis`, and twice as wide lest nothing changes. */
function alone(at: Backward, axes: readonly number[], axis: number, image: Value, to: number): Value {
  const { op, x } = at
  const k = axes.indexOf(axis)
  const size = at.shape(x[0]).dims[axis] as number
  const entry = (list: Value, i: number, before: readonly number[], after: number) => {
    const around = (values: readonly number[]) => op.CastLike(at.literal(float32([values.length], values)), list)
    return op.Concat(around(before), op.Slice(list, [i], [i + 1], [0]), around([after]), { axis: 0 })
  }
  const region = () => op.Concat(entry(x[1], k, [0, 0], 0), entry(x[1], k + axes.length, [1, 1], 1), { axis: 0 })
  const scales = at.has(3) ? null : entry(x[2], k, [1, 1], 2)
  const sizes = at.has(3) ? [1, size, to, 2] : null
  const wide = op.Resize(image, at.has(1) ? region() : null, scales, sizes, interpolation(at))
  return op.Slice(wide, [0], [1], [3])
}

/** With an aspect ratio to keep the other axes decide the scale, too: an image [1, size, …] that is constant along them. */
function together(at: Backward, axes: readonly number[], axis: number, image: Value): Value {
  const { op, x } = at
  const { dims } = at.shape(x[0])
  if (axes.some((other) => other < 2) || axes.length > 2)
    at.refuse('it keeps the aspect ratio of other than two spatial axes')
  const size = dims[axis] as number
  const place = axes.indexOf(axis) + 2
  const sizes = axes.map((other) => dims[other] as number)
  const turned = place === 2 || axes.length === 1 ? image : op.Reshape(image, [1, size, 1, size])
  const wide = op.Expand(turned, [1, size, ...sizes, ...(sizes.length === 1 ? [1] : [])])
  const policy = { keep_aspect_ratio_policy: policyOf(at), axes: axes.map((_, i) => i + 2) }
  const result = op.Resize(wide, at.has(1) ? x[1] : null, null, x[3], { ...interpolation(at), ...policy })
  const other = place === 2 ? 3 : 2
  return op.Slice(result, [0], [1], [other])
}

export const resizing: RuleSet = { Resize: resize }
