/** Operators that sum, slide or resample: products, convolutions, pools, reductions, resizing. */

import {
  type At,
  axesFromFront,
  axesOf,
  axisFromFront,
  broadcast,
  type Dims,
  each,
  isSame,
  one,
  type ShapeRule,
} from './rule.ts'

const matMul = one(({ dims, dtype }) => {
  const [a, b] = [dims(0), dims(1)]
  if (a.length === 0 || b.length === 0 || dtype(0) !== dtype(1)) return undefined
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b]
  if (left.at(-1) !== right.at(-2)) return undefined
  const before = broadcast(left.slice(0, -2), right.slice(0, -2))
  const rows = a.length === 1 ? [] : [left.at(-2) as number]
  const columns = b.length === 1 ? [] : [right.at(-1) as number]
  return before && [...before, ...rows, ...columns]
})

const gemm = one(({ dims, dtype, attributes, has }) => {
  const [a, b] = [dims(0), dims(1)]
  if (a.length !== 2 || b.length !== 2 || dtype(0) !== dtype(1)) return undefined
  const [m, k] = attributes.int('transA', 0) === 1 ? a.toReversed() : a
  const [depth, n] = attributes.int('transB', 0) === 1 ? b.toReversed() : b
  const result = [m as number, n as number]
  const sum = has(2) ? broadcast(dims(2), result) : result
  return k === depth && sum && isSame(sum, result) ? result : undefined
})

const einsum = one(({ node, dims, attributes }) => {
  const [left = '', right] = attributes.string('equation', '').replaceAll(' ', '').split('->')
  const operands = left.split(',')
  if (right === undefined || left.includes('.') || operands.length !== node.inputs.length) return undefined
  const sizes = new Map<string, number>()
  for (const [i, labels] of operands.entries()) {
    if (labels.length !== dims(i).length) return undefined
    for (const [axis, label] of [...labels].entries()) {
      const dim = dims(i)[axis] as number
      if ((sizes.get(label) ?? dim) !== dim) return undefined
      sizes.set(label, dim)
    }
  }
  const result = [...right].map((label) => sizes.get(label))
  return result.includes(undefined) ? undefined : (result as number[])
})

/** The sizes that windows of `kernel` leave; undefined where none fits. */
function slid({ attributes, dims }: At, kernel: Dims): Dims | undefined {
  const space = dims(0).slice(2)
  const auto = attributes.string('auto_pad', 'NOTSET')
  const rank = space.length
  const ones = space.map(() => 1)
  const [strides, dilations] = [attributes.ints('strides') ?? ones, attributes.ints('dilations') ?? ones]
  const pads = auto === 'NOTSET' ? (attributes.ints('pads') ?? [...ones, ...ones].fill(0)) : [...ones, ...ones].fill(0)
  const complete =
    kernel.length === rank && strides.length === rank && dilations.length === rank && pads.length === 2 * rank
  if (!complete || rank === 0) return undefined
  if (auto !== 'NOTSET' && (attributes.has('pads') || dilations.some((dilation) => dilation > 1))) return undefined
  const result = space.map((dim, i) => {
    const [stride = 1, head = 0, tail = 0] = [strides[i], pads[i], pads[i + rank]]
    // The padding that 'SAME' would need may be negative.
    if (auto.startsWith('SAME'))
      return (Math.ceil(dim / stride) - 1) * stride + (kernel[i] as number) < dim ? 0 : Math.ceil(dim / stride)
    const window = (kernel[i] as number) * (dilations[i] as number) - (dilations[i] as number) + 1
    const steps = (dim + head + tail - window) / stride
    const count = 1 + (attributes.int('ceil_mode', 0) === 1 ? Math.ceil(steps) : Math.floor(steps))
    // A window that begins in the padding behind the picture is left out.
    return count > Math.floor(steps) + 1 && (count - 1) * stride >= dim + head ? count - 1 : count
  })
  return result.every((dim) => dim > 0) ? result : undefined
}

const conv = one((at) => {
  const [[n = 0, channels = 0], [filters = 0, each = 0, ...kernel]] = [at.dims(0), at.dims(1)]
  const group = at.attributes.int('group', 1)
  const stated = at.attributes.ints('kernel_shape') ?? kernel
  const fits = channels === each * group && filters % group === 0 && isSame(stated, kernel)
  const space = fits && at.dtype(0) === at.dtype(1) && (!at.has(2) || isSame(at.dims(2), [filters])) && slid(at, kernel)
  return space ? [n, filters, ...space] : undefined
})

const convTranspose = one((at) => {
  const { attributes, dims } = at
  const [[n = 0, channels = 0, ...space], [depth = 0, each = 0, ...kernel]] = [dims(0), dims(1)]
  const zeros = space.map(() => 0)
  const ones = space.map(() => 1)
  const [strides, dilations] = [attributes.ints('strides') ?? ones, attributes.ints('dilations') ?? ones]
  const [pads, more] = [attributes.ints('pads') ?? [...zeros, ...zeros], attributes.ints('output_padding') ?? zeros]
  const stated = attributes.ints('kernel_shape') ?? kernel
  const plain = attributes.string('auto_pad', 'NOTSET') === 'NOTSET' && !attributes.has('output_shape')
  if (!plain || channels !== depth || !isSame(stated, kernel) || kernel.length !== space.length) return undefined
  const result = space.map((dim, i) => {
    const window = ((kernel[i] as number) - 1) * (dilations[i] as number) + 1
    const cut = (pads[i] as number) + (pads[i + space.length] as number)
    return (strides[i] as number) * (dim - 1) + (more[i] as number) + window - cut
  })
  return result.every((dim) => dim > 0) ? [n, each * attributes.int('group', 1), ...result] : undefined
})

const pool: ShapeRule = (at) => {
  const kernel = at.attributes.ints('kernel_shape') ?? []
  const padded = at.attributes.ints('pads')?.some((pad, i) => pad >= (kernel[i % kernel.length] as number))
  const space = padded ? undefined : slid(at, kernel)
  return space && at.node.outputs.map(() => [...at.dims(0).slice(0, 2), ...space])
}

const globalPool = one(({ dims }) => (dims(0).length < 3 ? undefined : dims(0).map((dim, i) => (i < 2 ? dim : 1))))

function without(from: Dims, axes: Dims, keep: boolean): Dims | undefined {
  const front = axesFromFront(axes, from.length)
  if (!front) return undefined
  return keep ? from.map((dim, i) => (front.includes(i) ? 1 : dim)) : from.filter((_, i) => !front.includes(i))
}

const reduction = one((at) => {
  const { attributes, dims, has } = at
  const given = has(1) || attributes.has('axes') ? axesOf(at, 1) : []
  if (given?.length === 0 && attributes.int('noop_with_empty_axes', 0) === 1) return dims(0)
  const axes = given?.length === 0 ? [...dims(0).keys()] : given
  return axes && without(dims(0), axes, attributes.int('keepdims', 1) === 1)
})

const extreme = one(({ attributes, dims }) =>
  without(dims(0), [attributes.int('axis', 0)], attributes.int('keepdims', 1) === 1),
)

const topK: ShapeRule = ({ dims, attributes, value, node }) => {
  const axis = axisFromFront(attributes.int('axis', -1), dims(0).length)
  const [k] = value(1) ?? []
  if (axis === undefined || k === undefined || k < 0 || k > (dims(0)[axis] as number)) return undefined
  return node.outputs.map(() => dims(0).with(axis, k))
}

/** ONNX Runtime multiplies in float32 and cuts. */
const resize = one(({ attributes, dims, has, value }) => {
  const crops = attributes.string('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize'
  if (crops || attributes.has('axes') || attributes.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch')
    return undefined
  const [scales, sizes] = [has(2) ? value(2) : undefined, has(3) ? value(3) : undefined]
  const result = scales?.length ? dims(0).map((dim, i) => Math.trunc(Math.fround(dim * (scales[i] ?? 0)))) : sizes
  return result?.length === dims(0).length && result.every((dim) => dim > 0) ? result : undefined
})

const gridSample = one(({ dims }) => {
  const [from, grid] = [dims(0), dims(1)]
  const fits = grid.length === from.length && grid[0] === from[0] && grid.at(-1) === from.length - 2
  return fits ? [...from.slice(0, 2), ...grid.slice(1, -1)] : undefined
})

const reductions = 'Mean Sum Max Min Prod L1 L2 SumSquare LogSum LogSumExp'.replaceAll(/\w+/g, 'Reduce$&')

export const contraction: Readonly<Record<string, ShapeRule>> = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
  Conv: conv,
  ConvTranspose: convTranspose,
  ...each('MaxPool AveragePool LpPool', pool),
  ...each('GlobalAveragePool GlobalMaxPool GlobalLpPool', globalPool),
  ...each(reductions, reduction),
  ...each('ArgMax ArgMin', extreme),
  TopK: topK,
  Resize: resize,
  GridSample: gridSample,
}
