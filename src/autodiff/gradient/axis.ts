/** Moving a gradient along one axis: putting rows back where they were taken from. */

import { type Operand, type Value } from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'
import type { Backward } from '../rule.ts'

/** The integers of input `i`, or undefined when they are computed from the image (or the batch's size). */
export function knownIntegers(at: Backward, i: number): number[] | undefined {
  const value = at.has(i) ? at.constant(at.x[i] as Value) : undefined
  return value && Array.from(numbers(value))
}

/** `value` with zeros (negative: cut) before and after along one axis. */
export function padded(at: Backward, value: Value, rank: number, axis: number, before: number, after: number): Value {
  if (before === 0 && after === 0) return value
  const pads = Array.from({ length: 2 * rank }, (_, i) => (i === axis ? before : i === rank + axis ? after : 0))
  return at.op.Pad(value, pads)
}

/** The shape of `value` with another size along one axis. */
export function resized(at: Backward, value: Value, axis: number, size: Operand): Value {
  const { op } = at
  const length = typeof size === 'number' ? [size] : size
  return op.Concat(op.Shape(value, { end: axis }), length, op.Shape(value, { start: axis + 1 }), { axis: 0 })
}

/** The run-time size of an axis, as a vector of one element. */
export const sizeAlong = (at: Backward, value: Value, axis: number) =>
  at.op.Shape(value, { start: axis, end: axis + 1 })

/** A vector of positions along an axis, repeated over the shape of `like`. */
export function stretched(at: Backward, positions: Value, like: Value, rank: number, axis: number): Value {
  const { op } = at
  const column = [-1, ...Array.from({ length: rank - axis - 1 }, () => 1)]
  return op.Expand(op.Reshape(positions, column), op.Shape(like))
}

/**
 * Row `source[j]` of `size` receives row j of the gradient; rows with the same source are added. In runs: equal steps are moved as
 * one block.
 */
export function putBack(
  at: Backward,
  gradient: Value,
  rank: number,
  axis: number,
  source: readonly number[],
  size: number,
): Value {
  const { op } = at
  const parts = runsOf(source).map(({ from, to, step }) => {
    const whole = from === 0 && to === source.length && step >= 0
    const part = whole
      ? gradient
      : step < 0
        ? op.Slice(gradient, [to - 1], [from === 0 ? -(2 ** 31) : from - 1], [axis], [-1])
        : op.Slice(gradient, [from], [to], [axis])
    const block = step === 0 && to - from > 1 ? op.ReduceSum(part, [axis], { keepdims: 1 }) : part
    const low = Math.min(source[from] as number, source[to - 1] as number)
    const length = step === 0 ? 1 : to - from
    return padded(at, block, rank, axis, low, size - low - length)
  })
  return parts.reduce((sum, part) => op.Add(sum, part))
}

interface Run {
  /** Positions `from` to before `to` of the list. */
  readonly from: number
  readonly to: number
  /** From one source to the next: 1, 0 or -1. */
  readonly step: number
}

/** The list cut into runs that rise, stay or fall by one each step. */
export function runsOf(source: readonly number[]): Run[] {
  const runs: Run[] = []
  let from = 0
  while (from < source.length) {
    const step = (source[from + 1] ?? Number.NaN) - (source[from] as number)
    let to = from + 1
    if (Math.abs(step) <= 1)
      while (to < source.length && (source[to] as number) - (source[to - 1] as number) === step) to++
    runs.push({ from, to, step: to - from > 1 ? step : 0 })
    from = to
  }
  return runs
}
