/**
 * Normalisations by the mean and deviation of the image itself: u = (x - mean) r, r = 1 / sqrt(var + eps), y = scale u + shift,
 * so that dx = r (g - mean g - u mean(g u)) with g = scale dy.
 */

import { float, fromFront, type Value } from '../../onnx/index.ts'
import type { Backward, Rule } from '../rule.ts'
import { along } from './kinds.ts'

export interface Standardized {
  /** u, in the shape of x. */
  readonly unit: Value
  /** r, with the normalised axes kept. */
  readonly inverse: Value
  readonly axes: readonly number[]
}

/** u and r over the last axes of x, whose sizes are given, in one pass of the engine's own kernel. */
export function standardize(at: Backward, x: Value, rank: number, sizes: readonly number[]): Standardized {
  const { op } = at
  const from = rank - sizes.length
  const ones = op.Expand(at.scalar(1, x), sizes)
  const epsilon = float(at.attributes.float('epsilon', 1e-5))
  const [unit, , inverse] = op.many('LayerNormalization', 3, x, ones, { axis: from, epsilon }) as [Value, Value, Value]
  return { unit, inverse: op.CastLike(inverse, x), axes: sizes.map((_, i) => from + i) }
}

/** dx from g. */
export function destandardize({ op }: Backward, { unit, inverse, axes }: Standardized, g: Value): Value {
  const mean = (value: Value) => op.ReduceMean(value, axes, { keepdims: 1 })
  const across = op.Sub(op.Sub(g, mean(g)), op.Mul(unit, mean(op.Mul(g, unit))))
  return op.Mul(across, inverse)
}

/** The sizes from `axis` (an attribute) on, which must not carry the batch. */
export function normalizedSizes(at: Backward): readonly number[] {
  const { dims, batch } = at.shape(at.x[0])
  const from = fromFront(at.attributes.int('axis', -1), dims.length)
  if (batch.slice(from).some(Boolean)) at.refuse('it normalises over the batch')
  return dims.slice(from)
}

/** `scale dy`; without a scale dy. */
export const scaled = ({ op, dy, has, x }: Backward, scale: number): Value =>
  has(scale) ? op.Mul(dy, x[scale] as Value) : dy

/** Outputs 1 and 2 are the mean and r: their gradients add d mean / n - u r^2 d r / n. */
export const layer: Rule = (at) => {
  const { op, x, dy } = at
  const sizes = normalizedSizes(at)
  const found = standardize(at, x[0], at.shape(x[0]).dims.length, sizes)
  const count = sizes.reduce((a, b) => a * b, 1)
  const image = () => {
    const [mean, deviation] = [at.gradient(1), at.gradient(2)]
    let sum = destandardize(at, found, scaled(at, 1))
    if (mean) sum = op.Add(sum, op.Div(op.CastLike(mean, dy), count))
    if (!deviation) return sum
    const slope = op.Div(op.Mul(op.Mul(found.inverse, found.inverse), op.CastLike(deviation, dy)), count)
    return op.Sub(sum, op.Mul(found.unit, slope))
  }
  return [
    at.wanted(0) ? image() : null,
    at.wanted(1) ? at.sumTo(op.Mul(dy, found.unit), x[1]) : null,
    at.wanted(2) ? at.sumTo(dy, x[2]) : null,
  ]
}

/** Groups of channels, each with all its pixels, are standardised as rows; scale and shift belong to channels or to groups. */
const inGroups =
  (groupsOf: (at: Backward, channels: number) => number): Rule =>
  (at) => {
    const { op, x, dy } = at
    const { dims, batch } = at.shape(x[0])
    const [, channels = 1, ...pixels] = dims
    if (batch.slice(1).some(Boolean)) at.refuse('its channels or pixels carry the batch')
    const groups = groupsOf(at, channels)
    const size = (channels / groups) * pixels.reduce((a, b) => a * b, 1)
    const rows = (value: Value) => op.Reshape(value, [0, groups, size])
    const back = (value: Value) => op.Reshape(value, op.Shape(x[0]))
    const found = standardize(at, rows(x[0]), 3, [size])
    const perGroup = at.shape(x[1]).dims[0] !== channels
    const total = (value: Value) => {
      const axes = perGroup ? [0, 2] : [0, ...pixels.map((_, i) => i + 2)]
      return op.ReduceSum(perGroup ? rows(value) : value, axes, { keepdims: 0 })
    }
    const g = () =>
      perGroup ? op.Mul(rows(dy), along(at, x[1], 1, 3)) : rows(op.Mul(dy, along(at, x[1], 1, dims.length)))
    return [
      at.wanted(0) ? back(destandardize(at, found, g())) : null,
      at.wanted(1) ? total(op.Mul(dy, back(found.unit))) : null,
      at.wanted(2) ? total(dy) : null,
    ]
  }

/** Until opset 20 its scale belongs to groups, since 21 to channels; the sizes tell. */
export const group = inGroups((at) => at.attributes.int('num_groups', 1))

export const instance = inGroups((_, channels) => channels)

/** Without a mean: u = x r, r = 1 / sqrt(mean x^2 + eps), dx = r g - x r^3 mean(g x). */
export function rootMeanSquare(at: Backward, x: Value, axes: readonly number[]): Unit {
  const { op } = at
  const mean = (value: Value) => op.ReduceMean(value, axes, { keepdims: 1 })
  const square = op.Add(mean(op.Mul(x, x)), at.attributes.float('epsilon', 1e-5))
  const inverse = op.Reciprocal(op.Sqrt(square))
  const image = (g: Value) => {
    const inner = op.Mul(op.Div(inverse, square), mean(op.Mul(g, x)))
    return op.Sub(op.Mul(g, inverse), op.Mul(x, inner))
  }
  return { unit: () => op.Mul(x, inverse), image }
}

/** A normalised image u, and dx from du. */
export interface Unit {
  unit(): Value
  image(g: Value): Value
}

export const rms: Rule = (at) => {
  const { op, x, dy } = at
  const sizes = normalizedSizes(at)
  const rank = at.shape(x[0]).dims.length
  const { unit, image } = rootMeanSquare(
    at,
    x[0],
    sizes.map((_, i) => rank - sizes.length + i),
  )
  return [at.wanted(0) ? image(scaled(at, 1)) : null, at.wanted(1) ? at.sumTo(op.Mul(dy, unit()), x[1]) : null]
}
