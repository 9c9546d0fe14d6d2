/** Operators that only move elements: where each position goes. */

import { fromFront } from '../../onnx/index.ts'
import { merge } from '../receptive-field.ts'
import { meet } from './mixing.ts'
import { type Rule } from './operator.ts'
import {
  broadcast,
  compact,
  everywhere,
  haveOneGrid,
  isLocated,
  nowhere,
  type Positions,
  padded,
  permute,
  uniform,
} from './positions.ts'

/** `from` is the value's sizes before, `to` behind a Reshape; both hold the same elements in the same order. */
export function reshape(positions: Positions, from: readonly number[], to: readonly number[]): Positions {
  const open: number[] = []
  const dims: number[] = []
  for (const { before, after } of groupsOf(from, to)) {
    const varies = before.some((axis) => (positions.dims[axis] as number) > 1)
    for (const axis of before) open[axis] = varies ? (from[axis] as number) : 1
    for (const axis of after) dims[axis] = varies ? (to[axis] as number) : 1
  }
  return compact({ ...broadcast(positions, open), dims })
}

/** The runs of axes on both sides that hold the same number of elements. */
function groupsOf(from: readonly number[], to: readonly number[]): { before: number[]; after: number[] }[] {
  const groups: { before: number[]; after: number[] }[] = []
  for (let i = 0, j = 0; i < from.length || j < to.length; ) {
    const group = { before: [] as number[], after: [] as number[] }
    let [a, b] = [1, 1]
    do {
      if (a <= b && i < from.length) {
        a *= from[i] as number
        group.before.push(i++)
      } else if (j < to.length) {
        b *= to[j] as number
        group.after.push(j++)
      } else {
        a *= from[i] as number
        group.before.push(i++)
      }
    } while (a !== b)
    groups.push(group)
  }
  return groups
}

/** Rows `rows` of an axis, in that order. */
function take(from: Positions, axis: number, rows: readonly number[]): Positions {
  if (from.dims[axis] === 1) return from
  const outer = from.dims.slice(0, axis).reduce((a, b) => a * b, 1)
  const inner = from.dims.slice(axis + 1).reduce((a, b) => a * b, 1)
  const size = from.dims[axis] as number
  const codes = new Int32Array(outer * rows.length * inner)
  for (let o = 0; o < outer; o++)
    rows.forEach((row, r) => {
      const start = (o * size + row) * inner
      codes.set(from.codes.subarray(start, start + inner), (o * rows.length + r) * inner)
    })
  return compact({ ...from, dims: from.dims.with(axis, rows.length), codes })
}

/** One behind the other along an axis; undefined stands for a value from nowhere. */
function concatenate(parts: readonly (Positions | undefined)[], axis: number, sizes: readonly number[]) {
  const known = parts.filter((part) => part !== undefined)
  const first = known[0] as Positions
  const alike = known.every((part) => part.dims[axis] === 1 && part.codes === first.codes && haveOneGrid(part, first))
  const field = known.map((part) => part.field).reduce(merge)
  if (known.length === parts.length && alike) return { ...first, field }
  const located = known.filter(isLocated)
  if (located.length > 0 && located.every((part) => part.dims[axis] === 1 && part.codes === located[0]?.codes))
    return meet(known, first.dims.length) // channels: what is pooled from the whole image beside what is not
  const rank = first.dims.length
  const finest = known.reduce((a, b) => (b.grid[0] * b.grid[1] > a.grid[0] * a.grid[1] ? b : a))
  const dims = Array.from({ length: rank }, (_, k) =>
    k === axis ? sizes.reduce((a, b) => a + b, 0) : Math.max(...known.map((part) => part.dims[k] as number)),
  )
  const outer = dims.slice(0, axis).reduce((a, b) => a * b, 1)
  const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1)
  const codes = new Int32Array(outer * inner * (dims[axis] as number)).fill(nowhere)
  let before = 0
  parts.forEach((part, i) => {
    const size = sizes[i] as number
    const located = part && (haveOneGrid(part, finest) ? part : uniform(part, rank, everywhere))
    const own = located && broadcast(located, dims.with(axis, size)).codes
    for (let o = 0; own && o < outer; o++)
      codes.set(own.subarray(o * size * inner, (o + 1) * size * inner), (o * (dims[axis] as number) + before) * inner)
    before += size
  })
  return compact({ ...finest, dims, codes, field })
}

const reshaping: Rule = ({ x, from, to }) => [reshape(x(0) as Positions, from(0), to(0))]

const slice: Rule = ({ x, integers, from, to }) => {
  const rank = from(0).length
  const [starts, axes, steps] = [integers(1), integers(3), integers(4)]
  if (!starts) return undefined
  let result = x(0) as Positions
  starts.forEach((start, i) => {
    const axis = fromFront(axes?.[i] ?? i, rank)
    const size = from(0)[axis] as number
    const step = steps?.[i] ?? 1
    const wrapped = start < 0 ? start + size : start
    const first = Math.min(Math.max(wrapped, 0), step < 0 ? size - 1 : size)
    const rows = Array.from({ length: to(0)[axis] as number }, (_, k) => first + k * step)
    result = take(result, axis, rows)
  })
  return [result]
}

const gather: Rule = ({ x, integers, attributes, from, to }) => {
  const [data, chosen] = [x(0) as Positions, integers(1)]
  if (!chosen) return undefined
  const axis = fromFront(attributes.int('axis', 0), from(0).length)
  const size = from(0)[axis] as number
  const taken = take(
    data,
    axis,
    chosen.map((row) => (row < 0 ? row + size : row)),
  )
  const added = to(0).length - from(0).length + 1
  const shape = taken.dims[axis] === 1 ? Array.from({ length: added }, () => 1) : to(0).slice(axis, axis + added)
  return [compact({ ...taken, dims: [...taken.dims.slice(0, axis), ...shape, ...taken.dims.slice(axis + 1)] })]
}

const split: Rule = ({ x, attributes, from, to, outputs }) => {
  const axis = fromFront(attributes.int('axis', 0), from(0).length)
  let start = 0
  return Array.from({ length: outputs }, (_, i) => {
    const size = to(i)[axis] as number
    const rows = Array.from({ length: size }, (_, k) => start + k)
    start += size
    return take(x(0) as Positions, axis, rows)
  })
}

const pad: Rule = ({ x, integers, from, to }) => {
  const [pads, axes] = [integers(1), integers(3)]
  if (!pads) return undefined
  const rank = from(0).length
  const count = pads.length / 2
  let result = x(0) as Positions
  for (let i = 0; i < count; i++) {
    const [before, after] = [pads[i] as number, pads[i + count] as number]
    const axis = fromFront(axes?.[i] ?? i, rank)
    const size = from(0)[axis] as number
    if (before === 0 && after === 0) continue
    const [first, last] = [Math.max(0, -before), size + Math.min(0, after)]
    const rows = Array.from({ length: last - first }, (_, k) => first + k)
    const kept = take(result, axis, rows)
    const sizes = [Math.max(0, before), rows.length, Math.max(0, after)]
    result = concatenate([undefined, kept, undefined], axis, sizes)
  }
  return result.dims.length === to(0).length ? [result] : undefined
}

const transpose: Rule = ({ x, attributes, from }) => [
  permute(x(0) as Positions, attributes.ints('perm') ?? [...from(0).keys()].reverse()),
]

const concat: Rule = ({ node, x, attributes, from, to }) => {
  const axis = fromFront(attributes.int('axis', 0), to(0).length)
  const parts = node.inputs.map((_, i) => x(i))
  return [
    concatenate(
      parts,
      axis,
      node.inputs.map((_, i) => from(i)[axis] ?? 0),
    ),
  ]
}

const expand: Rule = ({ x, to }) => {
  const from = x(0) as Positions
  return [{ ...from, dims: padded(from.dims, to(0).length) }]
}

const tile: Rule = ({ x, from, to }) => {
  const data = x(0) as Positions
  const repeated = data.dims.some((dim, axis) => dim > 1 && from(0)[axis] !== to(0)[axis])
  return repeated ? undefined : [data]
}

/** [N, b*b*C, h, w] -> [N, C, b*h, b*w] and back, as the reshapes and the transpose that define them. */
const spaceToDepth: Rule = ({ x, attributes, from, to }) => {
  const block = attributes.int('blocksize', 1)
  const [n = 1, c = 1, h = 1, w = 1] = from(0)
  const split = [n, c, h / block, block, w / block, block]
  const moved = permute(reshape(x(0) as Positions, from(0), split), [0, 3, 5, 1, 2, 4])
  return [reshape(moved, [n, block, block, c, h / block, w / block], to(0))]
}

const ofData: Readonly<Record<string, Rule>> = {
  Reshape: reshaping,
  Flatten: reshaping,
  Squeeze: reshaping,
  Unsqueeze: reshaping,
  Transpose: transpose,
  Slice: slice,
  Gather: gather,
  Split: split,
  Pad: pad,
  Expand: expand,
  Tile: tile,
  SpaceToDepth: spaceToDepth,
}

/** All but Concat move their first input, and say nothing when only an index or a size comes from the image. */
export const movement: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.entries(ofData).map(([name, rule]): [string, Rule] => [name, (at) => (at.x(0) ? rule(at) : undefined)]),
  ),
  Concat: concat,
}
