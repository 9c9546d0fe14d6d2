/** Pools. A gradient that several windows send to one pixel is added up there. */

import type { Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { type Window, windowOf } from './window.ts'

/** Winner takes all: scatter to the winners' flat indices, which ONNX counts over the whole tensor; ties go to the first. */
const maxPool: Rule = (at) => {
  const { op, x, dy, node } = at
  if (at.attributes.int('storage_order', 0) === 1) at.refuse('its indices are column-major (storage_order 1)')
  const [, indices] = op.many('MaxPool', 2, x[0], node.attributes)
  const flat = [-1]
  const zeros = op.Reshape(at.zeros(x[0]), flat)
  const winners = op.Reshape(indices as Value, flat)
  const scattered = op.ScatterElements(zeros, winners, op.Reshape(dy, flat), { axis: 0, reduction: 'add' })
  return [op.Reshape(scattered, op.Shape(x[0]))]
}

/** Each output is the sum of its window over a divisor: spread dy / divisor over the window. */
const averagePool: Rule = (at) => {
  const { op, x, y, dy, attributes } = at
  const kernel = attributes.ints('kernel_shape') ?? at.refuse('it has no kernel_shape')
  const window = windowOf(at, kernel, x[0], y[0])
  const divisor = divisors(window, attributes.int('count_include_pad', 0) === 1)
  const share = op.Div(dy, op.CastLike(at.literal(float32([1, 1, ...window.narrow], divisor)), dy))
  return [spread(at, window, share)]
}

/** How many pixels each window counts. Beyond the padding (ceil_mode) nothing counts. */
function divisors(window: Window, includePad: boolean): number[] {
  const { kernel, strides, dilations, before, after, wide, narrow } = window
  const along = narrow.map((size, axis) =>
    Array.from({ length: size }, (_, i) => {
      const start = i * (strides[axis] as number) - (before[axis] as number)
      const low = includePad ? -(before[axis] as number) : 0
      const high = (wide[axis] as number) + (includePad ? (after[axis] as number) : 0)
      const taps = Array.from({ length: kernel[axis] as number }, (_, k) => start + k * (dilations[axis] as number))
      return taps.filter((tap) => tap >= low && tap < high).length
    }),
  )
  return along.reduce<number[]>((counts, axis) => counts.flatMap((count) => axis.map((n) => count * n)), [1])
}

/** The reverse of summing over windows: a transposed convolution with ones, each channel by itself. */
function spread(at: Backward, window: Window, share: Value): Value {
  const { op, x } = at
  const { kernel, strides, dilations, before, wide, narrow } = window
  const reached = narrow.map(
    (n, i) => (n - 1) * (strides[i] as number) + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1,
  )
  const size = kernel.reduce((a, b) => a * b, 1)
  const ones = op.CastLike(at.literal(float32([1, 1, ...kernel], new Float32Array(size).fill(1))), share)
  const single = op.Reshape(share, [-1, 1, ...narrow])
  const all = op.ConvTranspose(single, ones, { kernel_shape: kernel, strides, dilations })
  const rank = kernel.length
  const rest = wide.map((w, i) => w + (before[i] as number) - (reached[i] as number))
  const pads = [0, 0, ...before.map((b) => -b), 0, 0, ...rest]
  const moved = [...before, ...rest].some((p) => p !== 0) ? op.Pad(all, pads) : all
  return at.has(0) && rank > 0 ? op.Reshape(moved, op.Shape(x[0])) : moved
}

export const pooling: RuleSet = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: ({ op, x, dy, shape }) => {
    const area = shape(x[0])
      .dims.slice(2)
      .reduce((a, b) => a * b, 1)
    return [op.Expand(op.Mul(dy, 1 / area), op.Shape(x[0]))]
  },
}
