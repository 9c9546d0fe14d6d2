/**
 * Regions of interest: RoiAlign as the mean of bilinear samples. Along each axis a sample weighs the two pixels beside it, so that a
 * region's output is A X B^T with a matrix for its rows and one for its columns; the gradient is the sum of A^T dY B over the
 * regions. The boxes are taken as given, as PyTorch does: no gradient flows into them.
 */

import type { Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'

const roiAlign: Rule = (at) => {
  const { op, x, y, dy, attributes } = at
  if (attributes.string('mode', 'avg') !== 'avg')
    at.refuse("its mode is 'max', which takes the largest of weighted corners; Fovea knows 'avg'")
  const [, channels = 1, height = 1, width = 1] = at.shape(x[0]).dims
  const [, , rows = 1, columns = 1] = at.shape(y[0]).dims
  const down = interpolation(at, [1, 3], rows, height)
  const across = interpolation(at, [0, 2], columns, width)
  const stretched = op.MatMul(dy, op.Unsqueeze(across, [1]))
  const gathered = op.Reshape(op.Transpose(stretched, { perm: [0, 2, 1, 3] }), [-1, channels * width])
  const images = op.Shape(x[0], { end: 1 })
  const own = op.Equal(op.Unsqueeze(op.Cast(x[2], { to: 7 }), [0]), op.Unsqueeze(counted(at, images), [1]))
  const chosen = op.CastLike(op.Reshape(own, [0, 1, -1, 1]), dy)
  const perImage = op.Mul(op.Unsqueeze(op.Transpose(down, { perm: [2, 0, 1] }), [0]), chosen)
  const matrix = op.Reshape(perImage, op.Concat(images, [height], [-1], { axis: 0 }))
  const sums = op.Reshape(op.MatMul(matrix, gathered), [0, height, channels, width])
  return [op.Transpose(sums, { perm: [0, 2, 1, 3] }), null, null]
}

/** 0, 1, 2 … up to before `size`. */
const counted = ({ op }: Backward, size: Value) =>
  op.Range(op.Cast(0, { to: 7 }), op.Squeeze(size), op.Cast(1, { to: 7 }))

/** [regions, bins, pixels]: the weight of each pixel of an axis in the mean over a bin's samples. */
function interpolation(at: Backward, [from, to]: [number, number], bins: number, pixels: number): Value {
  const { op, x, dy, attributes } = at
  const half = attributes.string('coordinate_transformation_mode', 'half_pixel') === 'half_pixel'
  const edge = (column: number) => {
    const scaled = op.Mul(op.Slice(x[1], [column], [column + 1], [1]), attributes.float('spatial_scale', 1))
    return half ? op.Sub(scaled, 0.5) : scaled
  }
  const start = edge(from)
  const length = op.Sub(edge(to), start)
  const bin = op.Div(half ? length : op.Max(length, 1), bins)
  const ratio = attributes.int('sampling_ratio', 0)
  const samples = ratio > 0 ? at.scalar(ratio, bin) : op.Ceil(bin)
  const most = ratio > 0 ? ratio : op.Squeeze(op.Cast(op.ReduceMax(samples, { keepdims: 1 }), { to: 7 }))
  const numbers = op.CastLike(op.Range(op.Cast(0, { to: 7 }), most, op.Cast(1, { to: 7 })), bin)
  const column = (value: Value) => op.Unsqueeze(value, [2])
  const steps = at.literal(
    float32(
      [1, bins, 1],
      Array.from({ length: bins }, (_, i) => i),
    ),
  )
  const offset = op.Div(op.Mul(op.Add(numbers, 0.5), column(bin)), ratio > 0 ? samples : column(samples))
  const position = op.Add(op.Add(column(start), op.Mul(op.CastLike(steps, bin), column(bin))), offset)
  const inside = op.And(op.GreaterOrEqual(position, -1), op.LessOrEqual(position, pixels))
  const counts = ratio > 0 ? inside : op.And(inside, op.Less(numbers, column(samples)))
  const clamped = op.Max(op.Min(position, pixels - 1), 0)
  const pixel = at.literal(
    float32(
      [pixels],
      Array.from({ length: pixels }, (_, i) => i),
    ),
  )
  const distance = op.Abs(op.Sub(op.Unsqueeze(clamped, [3]), op.CastLike(pixel, bin)))
  const weights = op.Where(op.Unsqueeze(counts, [3]), op.Max(op.Sub(1, distance), 0), 0)
  const total = op.ReduceSum(weights, [2], { keepdims: 0 })
  return op.CastLike(op.Div(total, ratio > 0 ? samples : op.Max(column(samples), 1)), dy)
}

export const regions: RuleSet = { RoiAlign: roiAlign }
