/**
 * Maxima: the gradient goes to the winner, of equal ones to the first in row-major order, and adds up where windows share one.
 * ONNX Runtime's MaxPool takes 10 to 30 times longer when it is asked for indices (and WebGPU cannot give them), so the
 * winners of a 2-D pool are found again from the maxima.
 */

import type { Value } from '../../onnx/index.ts'
import { int64, tensor } from '../../tensor/index.ts'
import type { Backward, Rule } from '../rule.ts'
import { addUp, addUpFlat } from './scatter.ts'
import { reached, type Window, windowOf } from './window.ts'

export const maxPool: Rule = (at) => {
  const { op, x, y, dy, node, attributes } = at
  const columnMajor = attributes.int('storage_order', 0) === 1
  if ((node.outputs[1] ?? '') !== '' && !columnMajor) return [addUpFlat(at, x[0], y[1], dy)]
  const window = windowOf(at, attributes.ints('kernel_shape') ?? at.refuse('it has no kernel_shape'), x[0], y[0])
  if (window.kernel.length === 2 && window.dilations.every((d) => d === 1) && isAsDefined(window, at))
    return [planar(at, window)]
  const { storage_order, ...rest } = node.attributes
  const [, indices] = op.many('MaxPool', 2, x[0], rest)
  return [addUpFlat(at, x[0], indices as Value, dy)]
}

/** With ceil_mode ONNX's shape inference may count a last window that lies in the padding, ONNX Runtime does not. */
function isAsDefined({ kernel, strides, before, after, wide, narrow }: Window, at: Backward): boolean {
  if (at.attributes.int('ceil_mode', 0) === 0) return true
  return narrow.every((size, i) => {
    const span = (wide[i] as number) + (before[i] as number) + (after[i] as number) - (kernel[i] as number)
    return size === Math.ceil(span / (strides[i] as number)) + 1
  })
}

/** The pool of a plane: scatter into the padded input at the winners' places, and cut the padding off. */
function planar(at: Backward, window: Window): Value {
  const { op, x } = at
  const { before, after, wide } = window
  const end = wide.map((size, i) => Math.max(after[i] as number, reached(window, i) - size - (before[i] as number), 0))
  const pads = [0, 0, ...before, 0, 0, ...end]
  if (pads.every((pad) => pad === 0)) return scattered(at, window, x[0], wide)
  const padded = op.Pad(x[0], pads, at.scalar(lowest[x[0].dtype] ?? lowest.float32, x[0]))
  const size = wide.map((w, i) => w + (before[i] as number) + (end[i] as number))
  return op.Pad(
    scattered(at, window, padded, size),
    pads.map((pad) => -pad),
  )
}

const lowest: Readonly<Record<string, number>> & { readonly float32: number } = {
  float32: -3.4028234663852886e38,
  float64: -Number.MAX_VALUE,
}

/** Plane by plane: so ONNX Runtime gathers on all cores. */
function scattered(at: Backward, window: Window, input: Value, size: readonly number[]): Value {
  const { op, dy } = at
  const planes = op.Reshape(input, [-1, areaOf(size)])
  const indices = winners(at, window, { input, planes, size })
  const sums = addUp(at, op.Shape(planes), indices, op.Reshape(dy, [-1, areaOf(window.narrow)]), 1)
  return op.Reshape(sums, op.Shape(input))
}

interface Planes {
  /** [N, C, H, W] */
  readonly input: Value
  /** [N C, H W] */
  readonly planes: Value
  readonly size: readonly number[]
}

/**
 * Where the winners are in their planes of `size`. The row: count the t for which the window's first t rows stay below its maximum.
 * The column: from the start of that row, step on while the pixel is below the maximum.
 */
function winners(at: Backward, window: Window, { input, planes, size }: Planes): Value {
  const { op, y } = at
  const width = size[1] as number
  const [rows, across = 1] = window.kernel
  const corners = cornersOf(window, width)
  const maxima = op.Reshape(y[0], [-1, corners.length])
  const starts = at.literal(tensor('int32', [1, corners.length], corners))
  let index = starts
  if (rows === 1) index = op.Expand(starts, op.Shape(maxima))
  else {
    const row = op.Cast(op.Mul(winningRow(at, window, input, size), width), { to: INT32 })
    index = op.Add(op.Reshape(row, [-1, corners.length]), starts)
  }
  for (let step = 1; step < across; step++) {
    const pixel = op.GatherElements(planes, index, { axis: 1 })
    index = op.Add(index, op.Cast(op.Less(pixel, maxima), { to: INT32 }))
  }
  return index
}

const [FLOAT, INT32] = [1, 6]

const areaOf = (size: readonly number[]) => size.reduce((a, b) => a * b, 1)

/** The first pixel of each window in a plane. */
function cornersOf(
  { strides: [down = 1, along = 1], narrow: [rows = 1, columns = 1] }: Window,
  width: number,
): Int32Array {
  return Int32Array.from({ length: rows * columns }, (_, i) => {
    return Math.floor(i / columns) * down * width + (i % columns) * along
  })
}

/** In which row of its window, counted from 0, the first maximum is. */
function winningRow(at: Backward, { kernel, strides, narrow }: Window, input: Value, size: readonly number[]): Value {
  const { op, y } = at
  const [down, across] = kernel as [number, number]
  const rowMaxima = op.MaxPool(input, { kernel_shape: [1, across], strides: [1, strides[1] as number] })
  const below = Array.from({ length: down - 1 }, (_, i) => {
    const extent = [i + 1, across]
    const first = op.MaxPool(rowMaxima, { kernel_shape: [i + 1, 1], strides: [strides[0] as number, 1] })
    const exact = narrow.every((count, axis) => {
      const span = (size[axis] as number) - (extent[axis] as number)
      return Math.floor(span / (strides[axis] as number)) + 1 === count
    })
    return op.Cast(op.Less(exact ? first : op.Slice(first, [0, 0], narrow, [2, 3]), y[0]), { to: FLOAT })
  })
  return below.reduce((a, b) => op.Add(a, b))
}

export const globalMaxPool: Rule = (at) => {
  const { op, x, dy } = at
  const [, channels = 1, ...sizes] = at.shape(x[0]).dims
  const area = areaOf(sizes)
  const winner = op.ArgMax(op.Reshape(x[0], [0, channels, area]), { axis: 2, keepdims: 1 })
  const all = Array.from({ length: area }, (_, i) => i)
  const places = at.literal(int64([area], all))
  const gradient = op.Where(op.Equal(places, winner), op.Reshape(dy, [0, channels, 1]), 0)
  return [op.Reshape(gradient, op.Shape(x[0]))]
}

/** y[indices] = x: what is read back from there. Where several elements go to one place, the last one stays. */
export const maxUnpool: Rule = (at) => {
  const { op, x, dy, attributes } = at
  const flat = op.Reshape(x[1], [-1])
  const gradient = op.GatherElements(op.Reshape(dy, [-1]), flat, { axis: 0 })
  const kernel = attributes.ints('kernel_shape') ?? []
  const strides = attributes.ints('strides') ?? kernel.map(() => 1)
  if (kernel.every((k, i) => k <= (strides[i] as number))) return [op.Reshape(gradient, op.Shape(x[0]))]
  const order = op.Range(0, op.Size(x[0]), 1)
  const nobody = op.Expand(op.Cast(0, { to: 7 }), op.Reshape(op.Size(dy), [1]))
  const written = op.ScatterElements(nobody, flat, order, { axis: 0 })
  const stays = op.Equal(op.GatherElements(written, flat, { axis: 0 }), order)
  return [op.Reshape(op.Where(stays, gradient, 0), op.Shape(x[0]))]
}
