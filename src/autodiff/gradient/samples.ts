/** Samples of images: weighted sums of the pixels around positions, and the ways back to the pixels and to the positions. */

import type { Value } from '../../onnx/index.ts'
import type { Backward } from '../rule.ts'
import { addUp } from './scatter.ts'
import type { Tap } from './taps.ts'

/** Of images [B, C, area] at [B, points]. A corner is a tap on each axis. */
export interface Samples {
  /** The pixels' values: [B, C, corners, points]. */
  pixels(image: Value): Value
  /** The samples: [B, C, points]. */
  values(pixels: Value): Value
  /** The gradient at the images of `shape` [B, C, area], from one at the samples. */
  image(dy: Value, shape: Value): Value
  /** The gradient at the positions along an axis, [B, points]. */
  position(dy: Value, pixels: Value, axis: number): Value
}

/** @param axes the taps along each spatial axis, all [B, points]; @param sizes of the axes */
export function samplesAt(
  at: Backward,
  axes: readonly (readonly Tap[])[],
  sizes: readonly number[],
  points: number,
): Samples {
  const { op } = at
  const corners = combinations(axes)
  const product = (values: readonly Value[]) => values.reduce((a, b) => op.Mul(a, b))
  const rows = (values: readonly Value[]) => op.Concat(...values.map((value) => op.Unsqueeze(value, [1])), { axis: 1 })
  const places = corners.map((taps) =>
    taps.map(({ index }) => index).reduce((row, index, i) => op.Add(op.Mul(row, sizes[i] as number), index)),
  )
  const indices = op.Unsqueeze(op.Cast(op.Concat(...places, { axis: 1 }), { to: 7 }), [1])
  const weights = corners.map((taps) => product(taps.map(({ weight }) => weight)))
  return {
    pixels: (image) => {
      const all = op.Expand(indices, op.Concat(op.Shape(image, { end: 2 }), [corners.length * points], { axis: 0 }))
      return op.Reshape(op.GatherElements(image, all, { axis: 2 }), [0, 0, corners.length, points])
    },
    values: (pixels) => op.ReduceSum(op.Mul(pixels, op.Unsqueeze(rows(weights), [1])), [2], { keepdims: 0 }),
    image: (dy, shape) => {
      const shares = op.Concat(...weights.map((weight) => op.Mul(dy, op.Unsqueeze(weight, [1]))), { axis: 2 })
      return addUp(at, shape, op.Expand(indices, op.Shape(shares)), shares, 2)
    },
    position: (dy, pixels, axis) => {
      const slopes = corners.map((taps) =>
        product(taps.map((tap, i) => (i === axis ? (tap.slope as Value) : tap.weight))),
      )
      const matters = op.ReduceSum(op.Mul(op.Unsqueeze(dy, [2]), pixels), [1], { keepdims: 0 })
      return op.ReduceSum(op.Mul(matters, rows(slopes)), [1], { keepdims: 0 })
    },
  }
}

/** One of each list, in every way. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((some) => list.map((item) => [...some, item])), [[]])
}
