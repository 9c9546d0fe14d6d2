/** An image put together of its phases, and read again: the pixels whose places leave the same remainders when divided by the strides. */

import { attributesOf } from './attributes.ts'
import type { Ops, Value } from './builder.ts'
import type { Graph } from './graph.ts'
import { isReadOnce, maker, numberOf, numbersOf } from './made.ts'

/**
 * Pixel (h s + a, w t + b) of what comes out is pixel (h, w) of phases[a][b], for s rows of t phases [N, channels, h, w]; null is zero.
 * What the phases have beyond `height` and `width` is cut.
 * @param zero a zero of the type of a value; asked for where a phase is null
 */
export function weave(
  op: Ops,
  phases: readonly (readonly (Value | null)[])[],
  [channels, height, width]: readonly [number, number, number],
  zero?: (like: Value) => Value,
): Value {
  const [down, along] = [phases.length, phases[0]?.length ?? 1]
  const rows = phases.map((row) => joined(op, row, 5, zero))
  const image = joined(op, rows, 3, zero)
  if (!image) throw new TypeError('An image without phases cannot be woven.')
  const size = [Math.ceil(height / down) * down, Math.ceil(width / along) * along]
  const all = op.Reshape(image, [0, channels, ...size])
  return size[0] === height && size[1] === width ? all : op.Slice(all, [0, 0], [height, width], [2, 3])
}

/** Parts laid beside each other along a new axis: behind the columns (5), or, of rows, behind the rows (3). */
function joined(
  op: Ops,
  parts: readonly (Value | null)[],
  axis: 3 | 5,
  zero: ((like: Value) => Value) | undefined,
): Value | null {
  const given = parts.find((part) => part !== null)
  if (!given) return null
  const apart = (part: Value) => (axis === 5 ? op.Unsqueeze(part, [3, 5]) : part)
  const like = apart(given)
  const zeros = zero && parts.includes(null) ? op.Expand(zero(like), op.Shape(like)) : null
  const list = parts.map((part) => (part === given ? like : part ? apart(part) : (zeros as Value)))
  return list.length === 1 ? like : op.Concat(...list, { axis })
}

/** Phases in rows, null where they are zero, and the channels (-1: unknown), height and width of what is woven of them. */
export interface Woven {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly dims: readonly [channels: number, height: number, width: number]
}

/** What `weave` wrote, if one node reads it. */
export function wovenOf(graph: Graph, image: string | undefined): Woven | undefined {
  const reshape = maker(graph, image, 'Reshape')
  const joined = joinedAlong(graph, reshape?.inputs[0], 3)
  const size = numbersOf(graph, reshape?.inputs[1])
  if (!joined || !size || !isReadOnce(graph, image as string)) return undefined
  const [first, channels = 0, height = 0, width = 0, ...others] = size
  if (first !== 0 || channels === 0 || height < 1 || width < 1 || others.length > 0) return undefined
  const given = joined.map((row) => joinedAlong(graph, row, 5))
  const across = given.find((row) => row)?.length ?? 0
  const rows = given.map((row, i) =>
    row ? phasesOf(graph, row) : isZeroLike(graph, joined[i] as string, joined) ? nothing(across) : undefined,
  )
  const regular = across > 1 && rows.every((row) => row?.length === across)
  return regular && height % rows.length === 0 && width % across === 0
    ? { rows: rows as Woven['rows'], dims: [channels, height, width] }
    : undefined
}

const nothing = (across: number): null[] => Array.from({ length: across }, () => null)

function joinedAlong(graph: Graph, value: string | undefined, axis: number): readonly string[] | undefined {
  const concat = maker(graph, value, 'Concat')
  return concat && attributesOf(concat).int('axis', 0) === axis ? concat.inputs : undefined
}

function phasesOf(graph: Graph, row: readonly string[]): (string | null)[] | undefined {
  const phases = row.map((part) => {
    const apart = maker(graph, part, 'Unsqueeze')
    if (apart && String(numbersOf(graph, apart.inputs[1])) === '3,5') return apart.inputs[0] as string
    return isZeroLike(graph, part, row) ? null : undefined
  })
  return phases.includes(undefined) ? undefined : (phases as (string | null)[])
}

/** Zeros of the size of one that stands beside them. */
function isZeroLike(graph: Graph, value: string, beside: readonly string[]): boolean {
  const spread = maker(graph, value, 'Expand')
  const like = maker(graph, spread?.inputs[1], 'Shape')
  return spread !== undefined && numberOf(graph, spread.inputs[0]) === 0 && beside.includes(like?.inputs[0] ?? '')
}
