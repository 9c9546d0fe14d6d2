/**
 * Sampling an image at computed positions: GridSample and AffineGrid. A sample is a weighted sum of the pixels around its position, so
 * its gradient goes back to them by their weights, and to the position by the slopes of the weights.
 */

import type { Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { addUp } from './scatter.ts'

/** A pixel near a position along one axis: its index, its weight and how the weight changes with the position. */
interface Tap {
  readonly index: Value
  readonly weight: Value
  readonly slope: Value | null
}

interface Axis {
  readonly taps: readonly Tap[]
  /** How fast the position moves with the grid's coordinate. */
  readonly pace: number
}

const gridSample: Rule = (at) => {
  const { op, x, y, attributes } = at
  const [, channels = 1, ...sizes] = at.shape(x[0]).dims
  const points = product(at.shape(y[0]).dims.slice(2))
  const area = product(sizes)
  const axes = axesOf(at, sizes, points)
  const corners = combinations(axes.map((axis) => axis.taps))
  const places = corners.map((taps) =>
    taps.map((tap, i) => scaled(at, tap.index, product(sizes.slice(i + 1)))).reduce(sum(at)),
  )
  const indices = op.Unsqueeze(op.Cast(op.Concat(...places, { axis: 1 }), { to: 7 }), [1])
  const dy = op.Reshape(single(at, at.dy), [0, channels, points])
  const image = () => {
    const weights = corners.map((taps) => op.Unsqueeze(taps.map((tap) => tap.weight).reduce(times(at)), [1]))
    const shares = op.Concat(...weights.map((weight) => op.Mul(dy, weight)), { axis: 2 })
    const flat = op.Concat(op.Shape(x[0], { end: 2 }), [area], { axis: 0 })
    const sums = addUp(at, flat, op.Expand(indices, op.Shape(shares)), shares, 2)
    return op.CastLike(op.Reshape(sums, op.Shape(x[0])), x[0])
  }
  const grid = () => {
    if (attributes.string('mode', 'linear') === 'nearest') return at.zeros(x[1])
    const pixels = op.Reshape(single(at, x[0]), [0, channels, area])
    const wide = op.Expand(indices, op.Concat(op.Shape(x[0], { end: 2 }), [corners.length * points], { axis: 0 }))
    const picked = op.GatherElements(pixels, wide, { axis: 2 })
    const matters = op.ReduceSum(
      op.Mul(op.Unsqueeze(dy, [2]), op.Reshape(picked, [0, channels, corners.length, points])),
      [1],
      { keepdims: 0 },
    )
    const slopes = axes.map((axis, a) => {
      const rows = corners.map((taps) =>
        op.Unsqueeze(taps.map((tap, i) => (i === a ? (tap.slope as Value) : tap.weight)).reduce(times(at)), [1]),
      )
      const along = op.ReduceSum(op.Mul(matters, op.Concat(...rows, { axis: 1 })), [1], { keepdims: 0 })
      return op.Unsqueeze(op.Mul(along, axis.pace), [2])
    })
    return op.CastLike(op.Reshape(op.Concat(...slopes.toReversed(), { axis: 2 }), op.Shape(x[1])), x[1])
  }
  return [at.wanted(0) ? image() : null, at.wanted(1) ? grid() : null]
}

/** The taps along each spatial axis, all [N, points]. The grid names the axes from the last to the first. */
function axesOf(at: Backward, sizes: readonly number[], points: number): Axis[] {
  const { op, x, attributes } = at
  const aligned = attributes.int('align_corners', 0) === 1
  const nearest = attributes.string('mode', 'linear') === 'nearest'
  const grid = single(at, x[1])
  return sizes.map((size, a) => {
    const coordinate = op.Reshape(op.Gather(grid, [sizes.length - 1 - a], { axis: -1 }), [0, points])
    const shifted = op.Add(coordinate, 1)
    const position = aligned ? op.Mul(op.Div(shifted, 2), size - 1) : op.Div(op.Sub(op.Mul(shifted, size), 1), 2)
    const limits = aligned ? ([0, size - 1] as const) : ([-0.5, size - 0.5] as const)
    return {
      pace: (aligned ? size - 1 : size) / 2,
      taps: tapsAt(at, nearest ? op.Round(position) : position, size, limits),
    }
  })
}

/** The pixels around positions. Beyond the border they count nothing, are the pixel at the border, or lie mirrored. */
function tapsAt(at: Backward, position: Value, size: number, [low, high]: readonly [number, number]): Tap[] {
  const { op, attributes } = at
  const mode = attributes.string('mode', 'linear')
  const padding = attributes.string('padding_mode', 'zeros')
  const base = op.Floor(position)
  const t = op.Sub(position, base)
  const one = op.Expand(at.scalar(1, position), op.Shape(position))
  const nearest: Kernel = [[0, one, null]]
  const kernel = mode === 'nearest' ? nearest : mode.endsWith('cubic') ? cubic(at, t) : linear(at, t, one)
  return kernel.map(([offset, weight, slope]) => {
    const pixel = offset === 0 ? base : op.Add(base, offset)
    const tap = padding === 'reflection' ? op.Round(reflected(at, pixel, low, high)) : pixel
    const index = op.Max(op.Min(tap, size - 1), 0)
    if (padding !== 'zeros') return { index, weight, slope }
    const counts = op.CastLike(op.Equal(tap, index), position)
    return { index, weight: op.Mul(weight, counts), slope: slope && op.Mul(slope, counts) }
  })
}

type Kernel = readonly (readonly [offset: number, weight: Value, slope: Value | null])[]

const linear = ({ op }: Backward, t: Value, one: Value): Kernel => [
  [0, op.Sub(1, t), op.Neg(one)],
  [1, t, one],
]

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
function reflected({ op }: Backward, position: Value, low: number, high: number): Value {
  const round = Math.max(2 * (high - low), 1)
  const there = op.Abs(op.Sub(position, low))
  const way = op.Sub(there, op.Mul(op.Floor(op.Div(there, round)), round))
  return op.Add(op.Min(way, op.Sub(round, way)), low)
}

/** A grid is the fixed grid (x, y, 1) times the transposed transformation. The unit transformation shows the fixed grid. */
const affineGrid: Rule = (at) => {
  const { op, x, y, dy, node } = at
  const [, ...sizes] = at.shape(y[0]).dims
  const axes = sizes.length - 1
  const points = product(sizes.slice(0, -1))
  const unit = Array.from({ length: axes * (axes + 1) }, (_, i) => (i % (axes + 2) === 0 ? 1 : 0))
  const size = op.Concat([1], op.Slice(x[1], [1], [axes + 2], [0]), { axis: 0 })
  const fixed = op.AffineGrid(at.literal(float32([1, axes, axes + 1], unit)), size, node.attributes)
  const ones = at.literal(float32([points, 1], Array(points).fill(1)))
  const grid = op.Concat(op.Reshape(fixed, [points, axes]), ones, { axis: 1 })
  const columns = op.Transpose(op.Reshape(dy, [0, points, axes]), { perm: [0, 2, 1] })
  return [op.MatMul(columns, op.CastLike(grid, dy))]
}

const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)
const sum = (at: Backward) => (a: Value, b: Value) => at.op.Add(a, b)
const times = (at: Backward) => (a: Value, b: Value) => at.op.Mul(a, b)
const scaled = (at: Backward, value: Value, by: number) => (by === 1 ? value : at.op.Mul(value, by))
const single = (at: Backward, value: Value) => (value.dtype === 'float16' ? at.op.Cast(value, { to: 1 }) : value)

/** One of each list, in every way. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((some) => list.map((item) => [...some, item])), [[]])
}

export const sampling: RuleSet = { GridSample: gridSample, AffineGrid: affineGrid }
