/** Operators that move elements without changing them: the gradient moves back, and adds up where elements were copied. */

import { fromFront, type Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Backward, RuleSet } from '../rule.ts'
import { sizeAlong } from './axis.ts'
import { movement, reshaped } from './kinds.ts'
import { indexing } from './scatter.ts'
import { parts } from './slice.ts'

/** Back into the shape of the input. */
const reshape = movement((at) => reshaped(at, at.dy, at.x[0]))

export const transformations: RuleSet = {
  ...parts,
  ...indexing,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: movement(({ op, x, dy, attributes, shape }) => {
    const rank = shape(x[0]).dims.length
    const perm = attributes.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i)
    return op.Transpose(dy, { perm: perm.map((_, axis) => perm.indexOf(axis)) })
  }),
  /** An own inverse: the first elements of each row change their order, and change it back. */
  ReverseSequence: ({ op, x, dy, node }) => [op.ReverseSequence(dy, x[1], node.attributes)],
  Trilu: ({ op, x, dy, node, has }) => [op.Trilu(dy, has(1) ? x[1] : null, node.attributes)],
  Expand: (at) => [at.sumTo(at.dy, at.x[0])],
  /** [r0 d0, r1 d1, …] seen as [r0, d0, r1, d1, …] and summed over the repeats. */
  Tile: ({ op, x, dy, shape }) => {
    const rank = shape(x[0]).dims.length
    const column = (value: Value) => op.Unsqueeze(value, [1])
    const counts = op.Reshape(op.Concat(column(op.Cast(x[1], { to: 7 })), column(op.Shape(x[0])), { axis: 1 }), [-1])
    const repeats = Array.from({ length: rank }, (_, i) => 2 * i)
    return [op.ReduceSum(op.Reshape(dy, counts), repeats, { keepdims: 0 })]
  },
  Concat: (at) => {
    const { op, node, dy, attributes } = at
    const axis = fromFront(attributes.int('axis', 0), at.shape(at.y[0]).dims.length)
    const parts = node.inputs.map((_, i) => at.x[i] as Value)
    if (parts.length === 1) return [dy]
    const sizes = at.shape(at.y[0]).batch[axis]
      ? op.Concat(...parts.map((part) => sizeAlong(at, part, axis)), { axis: 0 })
      : parts.map((part) => at.shape(part).dims[axis] as number)
    return op.many('Split', parts.length, dy, sizes, { axis })
  },
  Split: (at) => {
    const parts = at.node.outputs.map((_, i) => at.gradient(i) ?? at.zeros(at.y[i] as Value))
    return [at.op.Concat(...parts, { axis: at.attributes.int('axis', 0) })]
  },
  /** Slices or rows that lie side by side, or take turns (see ../groups). */
  'fovea:Parts': (at) => {
    const { op, attributes } = at
    const axis = attributes.int('axis', 0)
    const parts = at.node.outputs.map((_, i) => at.gradient(i) ?? at.zeros(at.y[i] as Value))
    const apart = (behind: number) => parts.map((part) => op.Unsqueeze(part, [behind]))
    if (attributes.int('step', 1) === 1)
      return [op.Concat(...(attributes.int('lost', 0) === 1 ? apart(axis) : parts), { axis })]
    return [reshaped(at, op.Concat(...apart(axis + 1), { axis: axis + 1 }), at.x[0])]
  },
  DepthToSpace: (at) => [blocksToDepth(at)],
  SpaceToDepth: ({ op, dy, attributes }) => [op.DepthToSpace(dy, { blocksize: attributes.int('blocksize', 1) })],
  Col2Im: (at) => [columns(at)],
}

/** [N, C, H b, W b] to [N, b b C, H, W] (mode DCR) or [N, C b b, H, W] (CRD). */
function blocksToDepth({ op, x, y, dy, attributes, shape }: Backward): Value {
  const block = attributes.int('blocksize', 1)
  const [, depth = 1, height = 1, width = 1] = shape(x[0]).dims
  const split = op.Reshape(dy, [0, shape(y[0]).dims[1] as number, height, block, width, block])
  const perm = attributes.string('mode', 'DCR') === 'CRD' ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]
  return op.Reshape(op.Transpose(split, { perm }), [0, depth, height, width])
}

/** The blocks of an image as columns: a convolution with one kernel for each place in the block. */
function columns(at: Backward): Value {
  const { op, x, y, dy, attributes } = at
  const block = Array.from(at.constant(x[2])?.data ?? at.refuse('its block_shape is computed from the image'), Number)
  const [, channels = 1] = at.shape(y[0]).dims
  const size = block.reduce((a, b) => a * b, 1)
  const places = float32(
    [channels * size, 1, ...block],
    Float32Array.from({ length: channels * size * size }, (_, i) => (Math.floor(i / size) % size === i % size ? 1 : 0)),
  )
  const taken = op.Conv(dy, op.CastLike(at.literal(places), dy), {
    kernel_shape: block,
    group: channels,
    strides: attributes.ints('strides') ?? block.map(() => 1),
    dilations: attributes.ints('dilations') ?? block.map(() => 1),
    pads: attributes.ints('pads') ?? block.flatMap(() => [0, 0]),
  })
  return op.Reshape(taken, op.Shape(x[0]))
}
