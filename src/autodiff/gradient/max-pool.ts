/**
 * Maxima: the gradient goes to the winner, of equal ones to the first in row-major order, and adds up where windows share one.
 * ONNX Runtime's MaxPool takes 10 to 30 times longer when it is asked for indices (and WebGPU cannot give them), so the
 * winners of a 2-D pool are found again from the maxima.
 */

import type { Value } from '../../onnx/index.ts'
import { int64, tensor } from '../../tensor/index.ts'
import { type Backward, type Rule, receiving } from '../rule.ts'
import { indicator } from './kinds.ts'
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

/** Scattered to the winners' places, plane by plane: so ONNX Runtime gathers on all cores. */
function planar(at: Backward, window: Window): Value {
  const { op, x, dy } = at
  const planes = op.Reshape(x[0], [-1, areaOf(window.wide)])
  const share = op.Reshape(dy, [-1, areaOf(window.narrow)])
  const sums = addUp(at, op.Shape(planes), winners(at, window, planes), share, 1)
  return op.Reshape(sums, op.Shape(x[0]))
}

/**
 * Where in their planes [N C, H W] the winners are. The row: count the t for which the window's first t rows stay below its maximum.
 * The column: from the window's first pixel in that row, step on while the pixel is below the maximum.
 */
function winners(at: Backward, window: Window, planes: Value): Value {
  const { op, y } = at
  const width = window.wide[1] as number
  const [rows, across = 1] = window.kernel
  const corners = cornersOf(window)
  const maxima = op.Reshape(y[0], [-1, corners.length])
  const starts = at.literal(tensor('int32', [1, corners.length], corners))
  let index = starts
  if (rows === 1) index = op.Expand(starts, op.Shape(maxima))
  else {
    const row = op.Cast(op.Mul(winningRow(at, window), width), { to: INT32 })
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

/** Where each window's first row would be in a plane, at its first column that is no padding. */
function cornersOf({ strides, before, wide, narrow: [rows = 1, columns = 1] }: Window): Int32Array {
  const [down = 1, along = 1] = strides
  const [above = 0, left = 0] = before
  return Int32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns) * down - above
    return row * (wide[1] as number) + Math.max(0, (i % columns) * along - left)
  })
}

/** In which row of its window, counted from 0, the first maximum is. */
function winningRow(at: Backward, window: Window): Value {
  const { op, x, y } = at
  const { kernel, strides, before, wide, narrow } = window
  const [down, across] = kernel as [number, number]
  const behind = (axis: number) => reached(window, axis) - (wide[axis] as number) - (before[axis] as number)
  const [above, left] = before as [number, number]
  const pooled = op.MaxPool(x[0], {
    kernel_shape: [1, across],
    strides: [1, strides[1] as number],
    pads: [0, left, 0, Math.max(0, behind(1))],
  })
  const pads = [0, 0, above, 0, 0, 0, Math.max(0, behind(0)), 0]
  const rowMaxima = pads.some(Boolean)
    ? op.Pad(pooled, pads, at.scalar(lowest[pooled.dtype] ?? lowest.float32, pooled))
    : pooled
  const height = (wide[0] as number) + above + Math.max(0, behind(0))
  const below = Array.from({ length: down - 1 }, (_, i) => {
    const first = op.MaxPool(rowMaxima, { kernel_shape: [i + 1, 1], strides: [strides[0] as number, 1] })
    const exact = Math.floor((height - i - 1) / (strides[0] as number)) + 1 === narrow[0]
    return op.Cast(op.Less(exact ? first : op.Slice(first, [0], [narrow[0] as number], [2]), y[0]), { to: FLOAT })
  })
  return below.reduce((a, b) => op.Add(a, b))
}

const lowest: Readonly<Record<string, number>> & { readonly float32: number } = {
  float32: -3.4028234663852886e38,
  float64: -Number.MAX_VALUE,
}

/** Of what ReLUs made, side by side (see ../groups): y[1]. A maximum of 0 gets no gradient. */
export const rectifiedMaxPool: Rule = (at) => {
  const { op, x, y, dy, node } = at
  const masked = receiving(at, op.Mul(dy, indicator(at, op.Greater(y[0], 0))))
  const [gradient = null] = maxPool({
    ...masked,
    node: { ...node, outputs: node.outputs.slice(0, 1) },
    x: [y[1], ...x.slice(1)] as unknown as Backward['x'],
  })
  const channels = node.inputs.map((_, i) => at.shape(x[i] as Value).dims[1] as number)
  return gradient && channels.length > 1
    ? op.many('Split', channels.length, gradient, channels, { axis: 1 })
    : [gradient]
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
