/** Operators that move elements: their sizes follow from sizes, attributes and the few numbers that steer them. */

import { fromFront } from '../../onnx/index.ts'
import { sizeOf } from '../../tensor/index.ts'
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

const transpose = one(({ dims, attributes }) => {
  const perm = attributes.ints('perm') ?? [...dims(0).keys()].reverse()
  const axes = axesFromFront(perm, dims(0).length)
  const named = axes?.length === dims(0).length && perm.every((axis) => axis >= 0)
  return named ? axes.map((axis) => dims(0)[axis] as number) : undefined
})

const reshape = one(({ dims, attributes, value }) => {
  const wanted = value(1)
  const empty = attributes.int('allowzero', 0) === 1 && wanted?.includes(0)
  if (!wanted || empty || wanted.some((dim) => dim < -1)) return undefined
  const copied = wanted.map((dim, i) => (dim === 0 ? (dims(0)[i] ?? Number.NaN) : dim))
  const open = copied.indexOf(-1)
  const size = sizeOf(dims(0))
  if (open !== copied.lastIndexOf(-1)) return undefined
  const filled = open < 0 ? copied : copied.with(open, size / sizeOf(copied.with(open, 1)))
  return sizeOf(filled) === size && filled.every(Number.isInteger) ? filled : undefined
})

const flatten = one(({ dims, attributes }) => {
  const [axis, rank] = [attributes.int('axis', 1), dims(0).length]
  const front = axis === rank ? rank : axisFromFront(axis, rank)
  return front === undefined ? undefined : [sizeOf(dims(0).slice(0, front)), sizeOf(dims(0).slice(front))]
})

/** No axes, or an empty list of them: all of size 1. */
const squeeze = one((at) => {
  const from = at.dims(0)
  const given = at.has(1) || at.attributes.has('axes') ? axesOf(at, 1) : []
  const ones = from.flatMap((dim, i) => (dim === 1 ? [i] : []))
  const axes = given?.length === 0 ? ones : given && axesFromFront(given, from.length)
  return axes?.every((axis) => from[axis] === 1) ? from.filter((_, i) => !axes.includes(i)) : undefined
})

const unsqueeze = one((at) => {
  const from = at.dims(0)
  const given = axesOf(at, 1)
  const rank = from.length + (given?.length ?? 0)
  const axes = given && axesFromFront(given, rank)
  const rest = [...from]
  return axes && Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() as number)))
})

const concat = one(({ node, dims, dtype, attributes }) => {
  const axis = axisFromFront(attributes.int('axis', 0), dims(0).length)
  const all = node.inputs.map((_, i) => dims(i))
  if (axis === undefined || node.inputs.some((_, i) => dtype(i) !== dtype(0))) return undefined
  const sum = all.reduce((total, own) => total + (own[axis] ?? 0), 0)
  const result = dims(0).with(axis, sum)
  return all.every((own) => own.length === result.length && isSame(own.with(axis, sum), result)) ? result : undefined
})

const split: ShapeRule = ({ node, dims, attributes, has, value }) => {
  const axis = axisFromFront(attributes.int('axis', 0), dims(0).length)
  if (axis === undefined) return undefined
  const size = dims(0)[axis] as number
  const parts = node.outputs.length
  const most = Math.ceil(size / parts)
  if (!has(1) && most * (parts - 1) >= size) return undefined
  if (!has(1) && attributes.int('num_outputs', parts) !== parts) return undefined
  const sizes = has(1) ? value(1) : node.outputs.map((_, i) => (i < parts - 1 ? most : size - most * (parts - 1)))
  if (sizes?.length !== parts || sizes.some((dim) => dim < 0) || sizes.reduce((a, b) => a + b, 0) !== size)
    return undefined
  return sizes.map((dim) => dims(0).with(axis, dim))
}

/** Where a slice starts along each axis, its steps and how many elements it takes. */
export function sliceOf({ dims, has, value }: At): { start: number; step: number; size: number }[] | undefined {
  const [starts, ends] = [value(1), value(2)]
  const named = has(3) ? value(3) : starts && [...starts.keys()]
  const steps = has(4) ? value(4) : starts?.map(() => 1)
  const axes = named && axesFromFront(named, dims(0).length)
  if (!starts || !ends || !steps || axes?.length !== starts.length || steps.includes(0)) return undefined
  return dims(0).map((size, axis) => {
    const i = axes.indexOf(axis)
    if (i < 0) return { start: 0, step: 1, size }
    const step = steps[i] as number
    const clamp = (at: number | undefined = 0, least: number, most: number) =>
      Math.min(Math.max(at < 0 ? at + size : at, least), most)
    const start = clamp(starts[i], 0, step > 0 ? size : size - 1)
    const end = clamp(ends[i], step > 0 ? 0 : -1, size)
    return { start, step, size: Math.max(0, Math.ceil((end - start) / step)) }
  })
}

const gather = one(({ dims, attributes }) => {
  const axis = axisFromFront(attributes.int('axis', 0), dims(0).length)
  return axis === undefined ? undefined : [...dims(0).slice(0, axis), ...dims(1), ...dims(0).slice(axis + 1)]
})

const gatherElements = one(({ dims, attributes }) => {
  const axis = axisFromFront(attributes.int('axis', 0), dims(0).length)
  const inside = dims(1).every((dim, i) => i === axis || dim <= (dims(0)[i] as number))
  return axis !== undefined && inside && dims(0).length === dims(1).length ? dims(1) : undefined
})

/** What one index tuple of input 1 points at, behind `batches` common axes. */
function pointedAt({ dims }: At, batches: number): Dims | undefined {
  const depth = dims(1).at(-1)
  const inside = depth !== undefined && batches < dims(1).length && batches + depth <= dims(0).length
  return inside ? dims(0).slice(batches + depth) : undefined
}

const gatherND = one((at) => {
  const batches = at.attributes.int('batch_dims', 0)
  const rest = pointedAt(at, batches)
  const common = isSame(at.dims(0).slice(0, batches), at.dims(1).slice(0, batches))
  return rest && common ? [...at.dims(1).slice(0, -1), ...rest] : undefined
})

const scatterND = one((at) => {
  const rest = pointedAt(at, 0)
  return rest && isSame(at.dims(2), [...at.dims(1).slice(0, -1), ...rest]) ? at.dims(0) : undefined
})

const scatterElements = one(({ dims }) =>
  isSame(dims(1), dims(2)) && dims(1).length === dims(0).length ? dims(0) : undefined,
)

const sized = (sizes: Dims | undefined) => (sizes?.every((dim) => dim >= 0) ? sizes : undefined)

const expand = one(({ dims, value }) => {
  const to = sized(value(1))
  return to && broadcast(dims(0), to)
})

const tile = one(({ dims, value }) => {
  const times = sized(value(1))
  return times?.length === dims(0).length ? dims(0).map((dim, i) => dim * (times[i] as number)) : undefined
})

const pad = one(({ dims, has, value }) => {
  const pads = value(1)
  const named = has(3) ? value(3) : [...dims(0).keys()]
  const axes = named && axesFromFront(named, dims(0).length)
  if (!pads || !axes || pads.length !== 2 * axes.length) return undefined
  return sized(
    dims(0).map((dim, axis) => {
      const i = axes.indexOf(axis)
      return i < 0 ? dim : dim + (pads[i] as number) + (pads[i + axes.length] as number)
    }),
  )
})

const range = one(({ value }) => {
  const [[start] = [], [limit] = [], [delta] = []] = [value(0), value(1), value(2)]
  if (start === undefined || limit === undefined || !delta) return undefined
  return [Math.max(0, Math.ceil((limit - start) / delta))]
})

const shape = one(({ dims, attributes }) => [shapeRange(dims(0).length, attributes)].map(([from, to]) => to - from))

/** Which of the sizes a Shape tells. */
export function shapeRange(rank: number, attributes: At['attributes']): readonly [from: number, to: number] {
  const clamp = (axis: number) => Math.min(Math.max(fromFront(axis, rank), 0), rank)
  const from = clamp(attributes.int('start', 0))
  return [from, Math.max(from, clamp(attributes.int('end', rank)))]
}

/** Blocks of space become channels, or the other way round. */
const blocks = (toSpace: boolean) =>
  one(({ dims, attributes }) => {
    const [n = 0, c = 0, h = 0, w = 0] = dims(0)
    const b = attributes.int('blocksize', 0)
    const to = toSpace ? [n, c / (b * b), h * b, w * b] : [n, c * b * b, h / b, w / b]
    return dims(0).length === 4 && b > 0 && to.every(Number.isInteger) ? to : undefined
  })

export const movement: Readonly<Record<string, ShapeRule>> = {
  Transpose: transpose,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Split: split,
  Slice: one((at) => sliceOf(at)?.map(({ size }) => size)),
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterND: scatterND,
  ScatterElements: scatterElements,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  Range: range,
  Shape: shape,
  Size: () => [[]],
  ConstantOfShape: one(({ value }) => sized(value(0))),
  DepthToSpace: blocks(true),
  SpaceToDepth: blocks(false),
  ...each(
    'CumSum',
    one(({ dims }) => dims(0)),
  ),
}
