/**
 * The gradient at the scores is zero but at the class that is explained. Up to the layer that made the scores it stays so: one
 * number, or one plane, an image. There the product with all weights becomes a product with the chosen class's row.
 */

import { attributesOf, type Builder, maker, type Node, numberOf, numbersOf, type Value } from '../onnx/index.ts'
import { type Known, type Lowering } from './rewrite.ts'

export const chosenRows: Lowering = (node, known) => {
  if (node.domain !== '' || (node.op !== 'Gemm' && node.op !== 'Conv') || node.inputs.length !== 2) return undefined
  const [gradient = '', weights = ''] = node.inputs
  const chosen = chosenOf(known, gradient)
  if (!chosen) return undefined
  const { int, float, ints } = attributesOf(node)
  const index = (builder: Builder) => builder.value(chosen.index)
  if (node.op === 'Gemm') {
    if (int('transA', 0) !== 0 || int('transB', 0) !== 0 || float('alpha', 1) !== 1 || chosen.rank !== 2)
      return undefined
    return (builder) => {
      const { op } = builder
      return op.Mul(
        op.Squeeze(op.Gather(builder.value(weights), index(builder), { axis: 0 }), [1]),
        chosen.write(builder),
      )
    }
  }
  const plain = int('group', 1) === 1 && ints('kernel_shape')?.every((size) => size === 1)
  if (!plain || [...(ints('pads') ?? [])].some(Boolean) || ints('strides')?.some((s) => s !== 1)) return undefined
  if (chosen.rank !== 4) return undefined
  return (builder) => {
    const { op } = builder
    const columns = op.Gather(op.Squeeze(builder.value(weights), [2, 3]), index(builder), { axis: 1 })
    const rows = op.Unsqueeze(op.Transpose(columns, { perm: [1, 0, 2] }), [3])
    return op.Mul(rows, chosen.write(builder))
  }
}

/** A value that is zero but at one place of axis 1 an image: that place, and what stands there, with an axis 1 of size 1. */
interface Chosen {
  readonly index: string
  readonly classes: number
  readonly rank: number
  /** How many images there are; 1 where there may be any number. */
  readonly images: number
  write(builder: Builder): Value
}

function chosenOf(known: Known, value: string): Chosen | undefined {
  const { graph } = known
  const scattered = maker(graph, value, 'ScatterElements')
  if (scattered) return scatteredOf(known, scattered)
  const node = maker(graph, value, 'Reshape', 'Expand', 'Mul')
  const inner = node && chosenOf(known, node.inputs[0] as string)
  if (!inner) return undefined
  const other = node.inputs[1] as string
  if (node.op === 'Mul') {
    if (numberOf(graph, other) !== undefined)
      return { ...inner, write: (builder) => builder.op.Mul(inner.write(builder), builder.value(other)) }
    const mask = inner.rank === 4 ? maskOf(known, other, inner) : undefined
    return mask && { ...inner, write: (builder) => builder.op.Mul(inner.write(builder), mask(builder)) }
  }
  const dims = numbersOf(graph, other) ?? []
  const [first, classes, ...sizes] = dims
  if (dims.length !== 4 || first === undefined) return undefined
  if (
    node.op === 'Reshape' &&
    (first === -1 || first === 0 || first === inner.images) &&
    classes === inner.classes &&
    sizes.every((size) => size === 1)
  )
    return { ...inner, rank: 4, write: (builder) => builder.op.Reshape(inner.write(builder), [-1, 1, 1, 1]) }
  if (node.op === 'Expand' && first === 1 && classes === 1 && inner.rank === 4)
    return { ...inner, write: (builder) => builder.op.Expand(inner.write(builder), dims) }
  return undefined
}

/** One number an image put into zeros along axis 1. */
function scatteredOf({ graph, measured }: Known, node: Node): Chosen | undefined {
  const [zeros, index = '', updates = ''] = node.inputs
  const attributes = attributesOf(node)
  if (attributes.int('axis', 0) !== 1) return undefined
  const expanded = maker(graph, zeros, 'Expand')
  const shape = maker(graph, expanded?.inputs[1], 'Shape')
  const scores = measured.shapes.get(shape?.inputs[0] ?? '')
  const places = measured.shapes.get(index)
  if (numberOf(graph, expanded?.inputs[0]) !== 0 || scores?.dims.length !== 2 || places?.dims.length !== 2)
    return undefined
  const [images, classes] = scores.dims as [number, number]
  const oneEach = places.dims[0] === images && places.dims[1] === 1 && places.batch[0] === scores.batch[0]
  if (!oneEach || (scores.batch[0] && images !== 1)) return undefined
  return { index, classes, images, rank: 2, write: (builder) => builder.value(updates) }
}

/** Of a mask of 0 and 1 by comparisons of y [N, C, h, w]: the plane of the chosen channel. */
function maskOf({ graph }: Known, value: string, { index }: Chosen): ((builder: Builder) => Value) | undefined {
  const mask = maker(graph, value, 'CastLike')
  const condition = maker(graph, mask?.inputs[0], 'Greater')
  const [y = '', zero] = condition?.inputs ?? []
  if (!mask || numberOf(graph, zero) !== 0) return undefined
  return (builder) => {
    const { op } = builder
    const plane = op.Unsqueeze(op.GatherND(builder.value(y), builder.value(index), { batch_dims: 1 }), [1])
    return op.CastLike(op.Greater(plane, 0), plane)
  }
}
