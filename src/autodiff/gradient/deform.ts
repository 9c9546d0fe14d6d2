/**
 * DeformConv: a convolution whose kernel's places are moved by offsets, and may be weighed by a mask. The samples at those places are
 * columns, of which the output is a matrix product with the weights.
 */

import type { Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { samplesAt } from './samples.ts'
import { tapsAt } from './taps.ts'
import { type Window, windowOf } from './window.ts'

const deformConv: Rule = (at) => {
  const { op, x, y, attributes } = at
  const [, channels = 1, ...sizes] = at.shape(x[0]).dims
  const [, maps = 1, ...narrow] = at.shape(y[0]).dims
  const kernel = attributes.ints('kernel_shape') ?? at.shape(x[1]).dims.slice(2)
  const [group, shifted] = [attributes.int('group', 1), attributes.int('offset_group', 1)]
  const [cells, pixels] = [product(kernel), product(narrow)]
  const points = cells * pixels
  const positions = positionsOf(at, windowOf(at, kernel, x[0], y[0]), shifted)
  const axes = positions.map((position, i) =>
    tapsAt(at, position, sizes[i] as number, { kernel: 'linear', padding: 'zeros' }),
  )
  const samples = samplesAt(at, axes, sizes, points)
  const perShift = channels / shifted
  const [weights, image] = [x[1], op.Reshape(x[0], [-1, perShift, product(sizes)])]
  const mask = at.has(4) ? op.Reshape(x[4], [-1, 1, points]) : null
  const masked = (value: Value) => (mask ? op.Mul(value, mask) : value)
  const near = samples.pixels(image)
  const dy = op.Reshape(at.dy, [0, group, maps / group, pixels])
  const matrix = op.Reshape(weights, [1, group, maps / group, (channels / group) * cells])
  const columns = op.Reshape(op.MatMul(op.Transpose(matrix, { perm: [0, 1, 3, 2] }), dy), [-1, perShift, points])
  const toWeights = () => {
    const taken = op.Reshape(masked(samples.values(near)), [-1, group, (channels / group) * cells, pixels])
    const each = op.MatMul(dy, op.Transpose(taken, { perm: [0, 1, 3, 2] }))
    return op.Reshape(op.ReduceSum(each, [0], { keepdims: 0 }), op.Shape(x[1]))
  }
  const toOffsets = () => {
    const along = kernel.map((_, axis) => {
      return op.Reshape(samples.position(masked(columns), near, axis), [-1, shifted, cells, 1, ...narrow])
    })
    return op.Reshape(op.Concat(...along, { axis: 3 }), op.Shape(x[2]))
  }
  const toMask = () => op.Reshape(op.ReduceSum(op.Mul(columns, samples.values(near)), [1]), op.Shape(x[4]))
  const gradients = [
    () => op.Reshape(samples.image(masked(columns), op.Shape(image)), op.Shape(x[0])),
    toWeights,
    toOffsets,
    () => op.ReduceSum(at.dy, [0, ...narrow.map((_, i) => i + 2)], { keepdims: 0 }),
    toMask,
  ]
  return gradients.map((write, i) => (at.wanted(i) ? op.CastLike(write(), x[i] as Value) : null))
}

/** Where the kernel's places lie in the image, along each axis: [images x offset groups, places x outputs]. */
function positionsOf(at: Backward, { kernel, strides, dilations, before, narrow }: Window, groups: number): Value[] {
  const { op, x } = at
  const points = product(kernel) * product(narrow)
  const offsets = op.Reshape(x[2], [-1, groups, product(kernel), kernel.length, ...narrow])
  const places = cartesian([...kernel, ...narrow])
  return kernel.map((_, axis) => {
    const still = places.map((place) => {
      const start = (place[kernel.length + axis] as number) * (strides[axis] as number) - (before[axis] as number)
      return start + (place[axis] as number) * (dilations[axis] as number)
    })
    const moved = op.Reshape(op.Slice(offsets, [axis], [axis + 1], [3]), [-1, points])
    return op.Add(moved, op.CastLike(at.literal(float32([1, points], still)), moved))
  })
}

/** All indices of a shape, in row-major order. */
function cartesian(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (all, dim) => all.flatMap((index) => Array.from({ length: dim }, (_, i) => [...index, i])),
    [[]],
  )
}

const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)

export const deformable: RuleSet = { DeformConv: deformConv }
