/** The sliding window of a convolution or a pool in plain numbers: what auto_pad, defaults and measured sizes come to. */

import type { Value } from '../../onnx/index.ts'
import type { Backward } from '../rule.ts'

export interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Padding before and after, an entry for each spatial axis. */
  readonly before: readonly number[]
  readonly after: readonly number[]
  /** Spatial sizes of the wide side (a convolution's input, a transposed convolution's output) and of the narrow side. */
  readonly wide: readonly number[]
  readonly narrow: readonly number[]
}

/** @param kernel the kernel's spatial size */
export function windowOf(at: Backward, kernel: readonly number[], wideValue: Value, narrowValue: Value): Window {
  const rank = kernel.length
  const ones = kernel.map(() => 1)
  const strides = at.attributes.ints('strides') ?? ones
  const dilations = at.attributes.ints('dilations') ?? ones
  const wide = at.shape(wideValue).dims.slice(2)
  const narrow = at.shape(narrowValue).dims.slice(2)
  const auto = at.attributes.string('auto_pad', 'NOTSET')
  const sizes = { kernel, strides, dilations, wide, narrow }
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const total = wide.map((size, i) => Math.max(reached(sizes, i) - size, 0))
    const small = total.map((t) => Math.floor(t / 2))
    const large = total.map((t) => Math.ceil(t / 2))
    const [before, after] = auto === 'SAME_UPPER' ? [small, large] : [large, small]
    return { ...sizes, before, after }
  }
  const pads = (auto === 'NOTSET' ? at.attributes.ints('pads') : undefined) ?? kernel.flatMap(() => [0, 0])
  return { ...sizes, before: pads.slice(0, rank), after: pads.slice(rank) }
}

/** From the first pixel of the first window to the last of the last, along spatial axis `i`. */
export function reached(window: Omit<Window, 'before' | 'after'>, i: number): number {
  const { kernel, strides, dilations, narrow } = window
  const reach = ((kernel[i] as number) - 1) * (dilations[i] as number) + 1
  return ((narrow[i] as number) - 1) * (strides[i] as number) + reach
}
