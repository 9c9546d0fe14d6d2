/** Convolutions: the gradient at the image. (The gradient at the weights is asked for only where a graph computes weights.) */

import type { Value } from '../../onnx/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { type Window, windowOf } from './window.ts'

/** The image's gradient of a convolution: correlation with the flipped kernel at stride 1, else a transposed convolution. */
const conv: Rule = (at) => {
  const { op, x, dy, attributes } = at
  const shape = at.shape(x[1]).dims
  const window = windowOf(at, attributes.ints('kernel_shape') ?? shape.slice(2), x[0], at.y[0])
  const group = attributes.int('group', 1)
  if (at.wanted(1)) at.refuse('its weights depend on the input, which Fovea cannot differentiate yet')
  const bias = at.wanted(2) ? op.ReduceSum(dy, [0, ...window.kernel.map((_, i) => i + 2)], { keepdims: 0 }) : null
  return [at.wanted(0) ? imageGradient(at, window, group, dy, x[1]) : null, null, bias]
}

function imageGradient(at: Backward, window: Window, group: number, dy: Value, weights: Value): Value {
  const { op } = at
  const { kernel, strides, dilations, before, after, wide, narrow } = window
  const reach = kernel.map((k, i) => (k - 1) * (dilations[i] as number))
  const full = [...reach.map((r, i) => r - (before[i] as number)), ...reach.map((r, i) => r - (after[i] as number))]
  if (strides.every((s) => s === 1) && full.every((pad) => pad >= 0)) {
    const flipped = flip(at, weights, group)
    return op.Conv(dy, flipped, { kernel_shape: kernel, dilations, group, pads: full, strides })
  }
  const outputPadding = wide.map((size, i) => {
    const reached = ((narrow[i] as number) - 1) * (strides[i] as number) + (reach[i] as number) + 1
    return size + (before[i] as number) + (after[i] as number) - reached
  })
  return op.ConvTranspose(dy, weights, {
    kernel_shape: kernel,
    dilations,
    group,
    strides,
    pads: [...before, ...after],
    output_padding: outputPadding,
  })
}

/** [M, C/g, k…] to [C, M/g, k…] with every spatial axis reversed; the engine folds this once, when it loads the weights. */
function flip(at: Backward, weights: Value, group: number): Value {
  const { op } = at
  const [outputs = 1, inputs = 1, ...kernel] = at.shape(weights).dims
  const grouped = op.Reshape(weights, [group, outputs / group, inputs, ...kernel])
  const swapped = op.Transpose(grouped, { perm: [0, 2, 1, ...kernel.map((_, i) => i + 3)] })
  const merged = op.Reshape(swapped, [group * inputs, outputs / group, ...kernel])
  const axes = kernel.flatMap((k, i) => (k > 1 ? [i + 2] : []))
  if (axes.length === 0) return merged
  const each = (value: number) => axes.map(() => value)
  return op.Slice(merged, each(-1), each(-(2 ** 31)), axes, each(-1))
}

export const convolution: RuleSet = {
  Conv: conv,
  /** The image's gradient of a transposed convolution is the convolution that it transposes. */
  ConvTranspose: (at) => {
    const { op, x, dy, attributes } = at
    const kernel = attributes.ints('kernel_shape') ?? at.shape(x[1]).dims.slice(2)
    if (at.wanted(1)) at.refuse('its weights depend on the input, which Fovea cannot differentiate yet')
    const { strides, dilations, before, after } = transposedWindow(at, kernel)
    const pads = [...before, ...after]
    const group = attributes.int('group', 1)
    return [op.Conv(dy, x[1], { kernel_shape: kernel, strides, dilations, pads, group })]
  },
}

/** A transposed convolution with `auto_pad` or `output_shape` has the pads that make its output size come out. */
function transposedWindow(at: Backward, kernel: readonly number[]): Window {
  const window = windowOf(at, kernel, at.y[0], at.x[0])
  const auto = at.attributes.string('auto_pad', 'NOTSET')
  if (!at.attributes.has('output_shape') && !auto.startsWith('SAME')) return window
  const extra = at.attributes.ints('output_padding') ?? kernel.map(() => 0)
  const total = kernel.map((k, i) => {
    const natural = ((window.narrow[i] as number) - 1) * (window.strides[i] as number) + (extra[i] as number)
    return natural + (k - 1) * (window.dilations[i] as number) + 1 - (window.wide[i] as number)
  })
  const small = total.map((t) => Math.floor(t / 2))
  const large = total.map((t, i) => t - (small[i] as number))
  const [before, after] = auto === 'SAME_UPPER' ? [small, large] : [large, small]
  return { ...window, before, after }
}
