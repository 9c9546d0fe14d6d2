/** Interpolation along one axis: the pixels around a position, their weights, and how these change with the position. */

import type { Value } from '../../onnx/index.ts'
import type { Backward } from '../rule.ts'

/** A pixel near a position: its index, its weight, and how the weight changes with the position (null: in jumps). */
export interface Tap {
  readonly index: Value
  readonly weight: Value
  readonly slope: Value | null
}

export interface Interpolation {
  readonly kernel: 'nearest' | 'linear' | 'cubic'
  /** Beyond the border pixels count nothing, are the pixel at the border, or lie mirrored at `limits`. */
  readonly padding: 'zeros' | 'border' | 'reflection'
  readonly limits?: readonly [low: number, high: number]
}

/** The taps at positions in pixels along an axis of `size`. */
export function tapsAt(at: Backward, position: Value, size: number, { kernel, padding, limits }: Interpolation): Tap[] {
  const { op } = at
  const base = op.Floor(position)
  return kernels[kernel](at, op.Sub(position, base)).map(([offset, weight, slope]) => {
    const pixel = offset === 0 ? base : op.Add(base, offset)
    const tap = padding === 'reflection' && limits ? op.Round(reflected(at, pixel, limits)) : pixel
    const index = op.Max(op.Min(tap, size - 1), 0)
    if (padding !== 'zeros') return { index, weight, slope }
    const counts = op.CastLike(op.Equal(tap, index), position)
    return { index, weight: op.Mul(weight, counts), slope: slope && op.Mul(slope, counts) }
  })
}

type Kernel = readonly (readonly [offset: number, weight: Value, slope: Value | null])[]

/** Of the distance t from the pixel before a position, in [0, 1). */
const kernels: Readonly<Record<Interpolation['kernel'], (at: Backward, t: Value) => Kernel>> = {
  nearest: (at, t) => [[0, constantLike(at, 1, t), null]],
  linear: (at, t) => [
    [0, at.op.Sub(1, t), constantLike(at, -1, t)],
    [1, t, constantLike(at, 1, t)],
  ],
  cubic,
}

const constantLike = (at: Backward, value: number, like: Value) =>
  at.op.Expand(at.scalar(value, like), at.op.Shape(like))

/** Keys' kernel with a = -3/4: of the distance d, ((a + 2) d - (a + 3)) d^2 + 1 up to 1, a (((d - 5) d + 8) d - 4) up to 2. */
function cubic({ op }: Backward, t: Value): Kernel {
  const a = -0.75
  const near = (d: Value) => op.Add(op.Mul(op.Mul(op.Sub(op.Mul(d, a + 2), a + 3), d), d), 1)
  const far = (d: Value) => op.Mul(op.Sub(op.Mul(op.Add(op.Mul(op.Sub(d, 5), d), 8), d), 4), a)
  const nearSlope = (d: Value) => op.Mul(op.Sub(op.Mul(d, 3 * (a + 2)), 2 * (a + 3)), d)
  const farSlope = (d: Value) => op.Mul(op.Add(op.Mul(op.Sub(op.Mul(d, 3), 10), d), 8), a)
  const [before, behind, far1] = [op.Add(t, 1), op.Sub(1, t), op.Sub(2, t)]
  return [
    [-1, far(before), farSlope(before)],
    [0, near(t), nearSlope(t)],
    [1, near(behind), op.Neg(nearSlope(behind))],
    [2, far(far1), op.Neg(farSlope(far1))],
  ]
}

/** Mirrored at both limits until it lies between them: there and back again is a round. */
function reflected({ op }: Backward, position: Value, [low, high]: readonly [number, number]): Value {
  const round = Math.max(2 * (high - low), 1)
  const there = op.Abs(op.Sub(position, low))
  const way = op.Sub(there, op.Mul(op.Floor(op.Div(there, round)), round))
  return op.Add(op.Min(way, op.Sub(round, way)), low)
}
