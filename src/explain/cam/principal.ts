/** The first principal component of maps, by power iteration: matrix products only, so that it compiles. */

import type { Value } from '../../onnx/index.ts'
import type { ProgramView } from '../program-view.ts'

/** Each squaring doubles the exponent of the matrix: 2^12 steps of the power iteration. */
const squarings = 12
const tiny = 1e-30

/**
 * Each position's channels projected on the direction in which they vary most: [N, C, h, w] to [N, h, w].
 * The sign is the one with which the map correlates with the sum over the channels.
 */
export function principal(view: ProgramView, maps: Value, centred: boolean): Value {
  const { op, facts } = view
  const { channels = 0, height = 0, width = 0 } = facts.layer ?? {}
  const area = height * width
  const rows = op.Reshape(maps, [-1, channels, area])
  const x = centred ? op.Sub(rows, op.ReduceMean(rows, [2], { keepdims: 1 })) : rows
  const turned = op.Transpose(x, { perm: [0, 2, 1] })
  const narrow = channels <= area
  const vector = dominant(view, narrow ? op.MatMul(x, turned) : op.MatMul(turned, x), Math.min(channels, area))
  const direction = unit(view, narrow ? vector : op.MatMul(vector, turned))
  const projected = op.MatMul(direction, x)
  const sum = op.ReduceSum(rows, [1], { keepdims: 1 })
  const off = op.Sub(sum, op.ReduceMean(sum, [2], { keepdims: 1 }))
  const agrees = op.GreaterOrEqual(op.ReduceSum(op.Mul(projected, off), [2], { keepdims: 1 }), 0)
  return op.Reshape(op.Where(agrees, projected, op.Neg(projected)), [-1, height, width])
}

/** The eigenvector [N, 1, n] of the largest eigenvalue of symmetric matrices [N, n, n]: the longest row of a high power of them. */
function dominant(view: ProgramView, matrix: Value, size: number): Value {
  const { op } = view
  const scaled = (m: Value) => op.Div(m, op.Max(op.ReduceMax(op.Abs(m), [1, 2], { keepdims: 1 }), tiny))
  let power = scaled(matrix)
  for (let i = 0; i < squarings; i++) power = scaled(op.MatMul(power, power))
  const longest = op.ArgMax(op.ReduceSumSquare(power, [2], { keepdims: 0 }), { axis: 1, keepdims: 1 })
  const chosen = op.Cast(op.Equal(op.Unsqueeze(longest, [2]), op.Reshape(counted(view, size), [1, 1, -1])), { to: 1 })
  return unit(view, op.MatMul(chosen, power))
}

const counted = ({ op, builder }: ProgramView, size: number): Value =>
  op.Range(builder.scalar(0, 'int64'), builder.scalar(size, 'int64'), builder.scalar(1, 'int64'))

const unit = ({ op }: ProgramView, vector: Value): Value =>
  op.Div(vector, op.Max(op.ReduceL2(vector, [2], { keepdims: 1 }), tiny))
