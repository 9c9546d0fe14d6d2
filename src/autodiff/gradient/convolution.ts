/** Convolutions and transposed convolutions: the gradients at the image, at computed weights and at the bias. */

import type { Value } from '../../onnx/index.ts'
import type { Backward, RuleSet } from '../rule.ts'
import { phased, phasesOf } from './phases.ts'
import { reached, type Window, windowOf } from './window.ts'

export const convolution: RuleSet = {
  Conv: (at) => {
    const { x, y, dy } = at
    const window = windowOf(at, kernelOf(at), x[0], y[0])
    return [
      at.wanted(0) ? transposedConvolution(at, window, dy) : null,
      at.wanted(1) ? weightGradient(at, window, x[0], dy) : null,
      at.wanted(2) ? biasGradient(at, window) : null,
    ]
  },
  /** The image's gradient of a transposed convolution is the convolution that it transposes. */
  ConvTranspose: (at) => {
    const { op, x, y, dy, attributes } = at
    const window = transposedWindow(at, windowOf(at, kernelOf(at), y[0], x[0]))
    const { kernel, strides, dilations, before, after } = window
    const pads = [...before, ...after]
    const group = attributes.int('group', 1)
    return [
      at.wanted(0) ? op.Conv(dy, x[1], { kernel_shape: kernel, strides, dilations, pads, group }) : null,
      at.wanted(1) ? weightGradient(at, window, dy, x[0]) : null,
      at.wanted(2) ? biasGradient(at, window) : null,
    ]
  },
}

const kernelOf = (at: Backward) => at.attributes.ints('kernel_shape') ?? at.shape(at.x[1]).dims.slice(2)

/** The sum over everything but the channels. */
const biasGradient = ({ op, dy }: Backward, { kernel }: Window) =>
  op.ReduceSum(dy, [0, ...kernel.map((_, i) => i + 2)], { keepdims: 0 })

/** A convolution backwards: convolutions with the flipped kernel at stride 1 (the engine's fast path), else ConvTranspose. */
function transposedConvolution(at: Backward, window: Window, dy: Value): Value {
  const { op, x } = at
  const group = at.attributes.int('group', 1)
  const { kernel, strides, dilations, before, after } = window
  const reach = kernel.map((k, i) => (k - 1) * (dilations[i] as number))
  const full = [...reach.map((r, i) => r - (before[i] as number)), ...reach.map((r, i) => r - (after[i] as number))]
  if (strides.every((s) => s === 1) && full.every((pad) => pad >= 0)) {
    const flipped = flip(at, x[1], group)
    return op.Conv(dy, flipped, { kernel_shape: kernel, dilations, group, pads: full, strides })
  }
  const phases = phasesOf(at, window)
  if (phases) return phased(at, window, phases, dy, flip(at, x[1], group))
  return op.ConvTranspose(dy, x[1], {
    kernel_shape: kernel,
    dilations,
    group,
    strides,
    pads: [...before, ...after],
    output_padding: remainder(window),
  })
}

/** How many pixels at the end no window reaches: fewer than a stride. */
function remainder(window: Window): number[] {
  const { before, after, wide } = window
  return wide.map((size, i) => size + (before[i] as number) + (after[i] as number) - reached(window, i))
}

/** [M, C/g, k…] to [C, M/g, k…] with every spatial axis reversed; the engine folds this once, when it loads the weights. */
function flip(at: Backward, weights: Value, group: number): Value {
  const { op } = at
  const { dims, batch } = at.shape(weights)
  const [outputs = 1, inputs = 1, ...kernel] = dims
  const [each, channels] = batch[1] ? [outputs / group, -1] : [-1, inputs]
  const grouped = op.Reshape(weights, [group, each, channels, ...kernel])
  const swapped = op.Transpose(grouped, { perm: [0, 2, 1, ...kernel.map((_, i) => i + 3)] })
  const merged = op.Reshape(swapped, [batch[1] ? -1 : group * inputs, each, ...kernel])
  const axes = kernel.flatMap((k, i) => (k > 1 ? [i + 2] : []))
  if (axes.length === 0) return merged
  const all = (value: number) => axes.map(() => value)
  return op.Slice(merged, all(-1), all(-(2 ** 31)), axes, all(-1))
}

/**
 * dW[m, c, k] = sum over n and o of narrow[n, m, o] wide[n, c, o s + k d - p]: a convolution in which the images are the channels,
 * the narrow side is the kernel, and stride and dilation change places.
 */
function weightGradient(at: Backward, window: Window, wide: Value, narrow: Value): Value {
  const { op } = at
  const { kernel, strides, dilations, before, after } = window
  const group = at.attributes.int('group', 1)
  const spatial = kernel.map((_, i) => i + 2)
  const grouped = op.Reshape(wide, [0, group, -1, ...window.wide])
  const turned = op.Transpose(grouped, { perm: [2, 1, 0, ...spatial.map((axis) => axis + 1)] })
  const correlated = op.Conv(
    op.Reshape(turned, [0, -1, ...window.wide]),
    op.Transpose(narrow, { perm: [1, 0, ...spatial] }),
    { kernel_shape: window.narrow, strides: dilations, dilations: strides, pads: [...before, ...after], group },
  )
  const starts = kernel.map(() => 0)
  return op.Slice(op.Transpose(correlated, { perm: [1, 0, ...spatial] }), starts, kernel, spatial)
}

/** A transposed convolution with `auto_pad` or `output_shape` has the pads that make its output size come out. */
function transposedWindow(at: Backward, window: Window): Window {
  const { kernel } = window
  const auto = at.attributes.string('auto_pad', 'NOTSET')
  if (!at.attributes.has('output_shape') && !auto.startsWith('SAME')) return window
  const extra = at.attributes.ints('output_padding') ?? kernel.map(() => 0)
  const total = kernel.map((k, i) => {
    const natural = ((window.narrow[i] as number) - 1) * (window.strides[i] as number) + (extra[i] as number)
    return Math.max(0, natural + (k - 1) * (window.dilations[i] as number) + 1 - (window.wide[i] as number))
  })
  const small = total.map((t) => Math.floor(t / 2))
  const large = total.map((t, i) => t - (small[i] as number))
  const [before, after] = auto === 'SAME_UPPER' ? [small, large] : [large, small]
  return { ...window, before, after }
}
