/** Parts of axes and borders around them: Slice, Pad, CenterCropPad. */

import { fromFront, type Value } from '../../onnx/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { knownIntegers, padded, putBack, resized, sizeAlong, stretched } from './axis.ts'

/** What was not taken gets zeros. Axes whose limits are known become padding, others (the batch) are scattered. */
const slice: Rule = (at) => {
  const rank = at.shape(at.x[0]).dims.length
  const starts = knownIntegers(at, 1)
  const count = at.shape(at.x[1]).dims[0] as number
  const axes = at.has(3) ? (knownIntegers(at, 3) ?? at.refuse('its axes are computed from the image')) : undefined
  const steps = at.has(4) ? knownIntegers(at, 4) : Array.from({ length: count }, () => 1)
  let gradient = at.dy
  const computed: (() => void)[] = []
  for (let i = 0; i < count; i++) {
    const axis = fromFront(axes?.[i] ?? i, rank)
    const [start, step] = [starts?.[i], steps?.[i]]
    if (isWhole(at, axis, i, start, step)) continue
    if (start === undefined || step === undefined || at.shape(at.x[0]).batch[axis]) {
      computed.push(() => {
        gradient = scattered(at, gradient, rank, axis, i)
      })
    } else gradient = sliceBack(at, gradient, rank, axis, start, step)
  }
  for (const write of computed) write()
  return [gradient]
}

/** Whether an axis that carries the batch is taken as it is. */
function isWhole(at: Backward, axis: number, i: number, start?: number, step?: number): boolean {
  const [x, y] = [at.shape(at.x[0]), at.shape(at.y[0])]
  const end = knownIntegers(at, 2)?.[i]
  return x.batch[axis] === true && y.batch[axis] === true && start === 0 && step === 1 && (end ?? 0) >= 2 ** 31 - 1
}

function sliceBack(at: Backward, dy: Value, rank: number, axis: number, start: number, step: number): Value {
  const size = at.shape(at.x[0]).dims[axis] as number
  const taken = at.shape(at.y[0]).dims[axis] as number
  const bounded = start < 0 ? start + size : start
  const first = Math.min(Math.max(bounded, 0), step < 0 ? size - 1 : size)
  const low = step < 0 ? first + step * (taken - 1) : first
  const forward = step < 0 ? at.op.Slice(dy, [-1], [-(2 ** 31)], [axis], [-1]) : dy
  const stretch = Math.abs(step)
  const wide = stretch > 1 ? spaced(at, forward, rank, axis, stretch, taken) : forward
  return padded(at, wide, rank, axis, low, size - low - taken * stretch)
}

/** `stretch - 1` zeros after each element along an axis. */
function spaced(at: Backward, value: Value, rank: number, axis: number, stretch: number, size: number): Value {
  const wide = padded(at, at.op.Unsqueeze(value, [axis + 1]), rank + 1, axis + 1, 0, stretch - 1)
  return at.op.Reshape(wide, resized(at, value, axis, size * stretch))
}

/** The same slice of the numbers 0, 1, 2 … says where each row came from. */
function scattered(at: Backward, gradient: Value, rank: number, axis: number, i: number): Value {
  const { op, x } = at
  const size = sizeAlong(at, x[0], axis)
  const limit = (input: number) => op.Cast(op.Slice(x[input] as Value, [i], [i + 1], [0]), { to: 7 })
  const all = op.Range(op.Cast(0, { to: 7 }), op.Squeeze(size), op.Cast(1, { to: 7 }))
  const rows = op.Slice(all, limit(1), limit(2), [0], at.has(4) ? limit(4) : [1])
  const zeros = op.Expand(at.scalar(0, gradient), resized(at, gradient, axis, size))
  return op.ScatterElements(zeros, stretched(at, rows, gradient, rank, axis), gradient, { axis })
}

/** Constant padding falls away again (and a negative pad is put back as zeros); what was copied to the border is added up. */
const pad: Rule = (at) => {
  const { op, x, dy, attributes } = at
  const mode = attributes.string('mode', 'constant')
  if (mode !== 'constant') return [unpadded(at, mode)]
  if (!at.wanted(2) && knownIntegers(at, 1)?.every((size) => size === 0)) return [dy]
  const back = op.Neg(x[1])
  const gradient = at.has(3) ? op.Pad(dy, back, null, x[3]) : op.Pad(dy, back)
  if (!at.wanted(2)) return [at.wanted(0) ? gradient : null]
  const inside = op.Pad(at.zeros(x[0]), x[1], at.scalar(1, dy), at.has(3) ? x[3] : null)
  return [gradient, null, op.Reshape(op.ReduceSum(op.Mul(dy, inside), { keepdims: 0 }), op.Shape(x[2]))]
}

function unpadded(at: Backward, mode: string): Value {
  const { dims, batch } = at.shape(at.x[0])
  const pads = knownIntegers(at, 1) ?? at.refuse('its pads are computed from the image')
  const axes = at.has(3)
    ? (knownIntegers(at, 3) ?? at.refuse('its axes are computed from the image'))
    : dims.map((_, axis) => axis)
  return axes.reduce((gradient, given, i) => {
    const axis = fromFront(given, dims.length)
    const [before, after] = [pads[i] as number, pads[i + axes.length] as number]
    if (before === 0 && after === 0) return gradient
    if (batch[axis]) at.refuse('it pads the batch')
    const size = dims[axis] as number
    return putBack(at, gradient, dims.length, axis, borderSources(at, mode, size, before, after), size)
  }, at.dy)
}

/** For each row of a padded axis the row that it is a copy of. What a negative pad cuts off is not there for the border either. */
function borderSources(at: Backward, mode: string, size: number, before: number, after: number): number[] {
  const first = Math.max(0, -before)
  const length = size - first - Math.max(0, -after)
  if (mode === 'wrap' && Math.max(before, after) > length) at.refuse('it wraps around more than once')
  const inside: Readonly<Record<string, (i: number) => number>> = {
    edge: (i) => Math.min(Math.max(i, 0), length - 1),
    reflect: (i) => (i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i),
    wrap: (i) => (i + length) % length,
  }
  const source = inside[mode] ?? at.refuse(`its mode is '${mode}'`)
  const total = Math.max(0, before) + length + Math.max(0, after)
  return Array.from({ length: total }, (_, i) => first + source(i - Math.max(0, before)))
}

/** Each axis is cut or padded on both sides alike; of an odd number the larger part lies behind. */
const centerCropPad: Rule = (at) => {
  const [from, to] = [at.shape(at.x[0]), at.shape(at.y[0])]
  const axes = at.attributes.ints('axes') ?? from.dims.map((_, axis) => axis)
  const gradient = axes.reduce((value, given) => {
    const axis = fromFront(given, from.dims.length)
    const [size, taken] = [from.dims[axis] as number, to.dims[axis] as number]
    if (from.batch[axis] && size !== taken) at.refuse('it crops the batch')
    const before = size > taken ? Math.floor((size - taken) / 2) : -Math.floor((taken - size) / 2)
    return padded(at, value, from.dims.length, axis, before, size - taken - before)
  }, at.dy)
  return [gradient]
}

export const parts: RuleSet = { Slice: slice, Pad: pad, CenterCropPad: centerCropPad }
