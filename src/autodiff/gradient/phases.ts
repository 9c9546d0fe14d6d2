/**
 * A strided convolution backwards, phase by phase. The pixels whose places leave the same remainder when divided by the stride
 * read the same taps of the kernel, so each such phase is a small convolution at stride 1 (ONNX Runtime's fast path; its
 * ConvTranspose is 2 to 4 times slower on depthwise kernels), and the phases are woven together by concatenation.
 */

import { type Value, weave } from '../../onnx/index.ts'
import type { Backward } from '../rule.ts'
import type { Window } from './window.ts'

/** Along one axis, where the wide side's pixels h s + a are: the kernel's taps that reach them, from the last to the first. */
interface Phase {
  readonly taps: readonly number[]
  readonly before: number
  readonly after: number
}

/** Fewer channels of the image than this fill a part of a block only: there ConvTranspose is faster. */
const fewest = 32

/** The phases along each axis, or undefined where ConvTranspose serves better or a window does not fit. */
export function phasesOf(at: Backward, window: Window): Phase[][] | undefined {
  const { strides, dilations, wide } = window
  const group = at.attributes.int('group', 1)
  const { dims, batch } = at.shape(at.x[1])
  const [outputs = 1, inputs = 1] = dims
  const depthwise = inputs === 1 && outputs === group
  if (batch.some(Boolean) || !(depthwise || (group === 1 && inputs >= fewest))) return undefined
  if (strides.length !== 2 || dilations.some((d) => d !== 1)) return undefined
  const all = wide.map((_, axis) => Array.from({ length: strides[axis] as number }, (_, a) => phase(window, axis, a)))
  const fits = all.flat().every(({ taps, before, after }) => taps.length === 0 || (before >= 0 && after >= 0))
  return fits && all.every((list) => list.some(({ taps }) => taps.length > 0)) ? all : undefined
}

function phase({ kernel, strides, before, wide, narrow }: Window, axis: number, a: number): Phase {
  const [k, s, pad] = [kernel[axis] as number, strides[axis] as number, before[axis] as number]
  const taps = Array.from({ length: k }, (_, t) => k - 1 - t).filter((t) => (a + pad - t) % s === 0)
  const [first = 0, last = 0] = [taps[0], taps.at(-1)]
  const count = Math.ceil((wide[axis] as number) / s)
  return { taps, before: (first - a - pad) / s, after: count - (narrow[axis] as number) + (a + pad - last) / s }
}

/** @param flipped the kernel reversed and its channels exchanged, as for stride 1 */
export function phased(at: Backward, window: Window, phases: Phase[][], dy: Value, flipped: Value): Value {
  const { op } = at
  const { kernel, strides, wide } = window
  const group = at.attributes.int('group', 1)
  const part = (pair: readonly Phase[]): Value | null => {
    if (pair.some(({ taps }) => taps.length === 0)) return null
    const starts = pair.map(({ taps }, axis) => (kernel[axis] as number) - 1 - (taps[0] as number))
    const whole = pair.every(({ taps }, axis) => taps.length === kernel[axis])
    const weights = whole ? flipped : op.Slice(flipped, starts, [...kernel], [2, 3], [...strides])
    return op.Conv(dy, weights, {
      kernel_shape: pair.map(({ taps }) => taps.length),
      group,
      pads: [...pair.map(({ before }) => before), ...pair.map(({ after }) => after)],
    })
  }
  const [down = [], along = []] = phases
  const parts = down.map((vertical) => along.map((horizontal) => part([vertical, horizontal])))
  const [height = 0, width = 0] = wide
  return weave(op, parts, [at.shape(at.x[0]).dims[1] as number, height, width], (like) => at.scalar(0, like))
}
