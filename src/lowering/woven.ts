/**
 * Images woven of phases, read as onnx/weave.ts writes them. Two that the backward pass adds, as where a block and its shortcut have the
 * same stride, are added phase by phase and woven once: what the shortcut of single pixels leaves zero is not even written.
 */

import { attributesOf, constantOf, type Graph, isReadOnce, maker, numberOf, weave } from '../onnx/index.ts'
import { numbers } from '../tensor/index.ts'
import type { Lowering } from './rewrite.ts'

/** Phases in rows, null where they are zero, and the channels (-1: unknown), height and width of what is woven of them. */
export interface Woven {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly dims: readonly [channels: number, height: number, width: number]
}

/** What one node reads. */
export function wovenOf(graph: Graph, image: string | undefined): Woven | undefined {
  const reshape = maker(graph, image, 'Reshape')
  const joined = joinedAlong(graph, reshape?.inputs[0], 3)
  const size = integersOf(graph, reshape?.inputs[1])
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

function integersOf(graph: Graph, value: string | undefined): number[] | undefined {
  const stored = constantOf(graph, value ?? '')
  return stored && Array.from(numbers(stored.read()))
}

function joinedAlong(graph: Graph, value: string | undefined, axis: number): readonly string[] | undefined {
  const concat = maker(graph, value, 'Concat')
  return concat && attributesOf(concat).int('axis', 0) === axis ? concat.inputs : undefined
}

function phasesOf(graph: Graph, row: readonly string[]): (string | null)[] | undefined {
  const phases = row.map((part) => {
    const apart = maker(graph, part, 'Unsqueeze')
    if (apart && String(integersOf(graph, apart.inputs[1])) === '3,5') return apart.inputs[0] as string
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

export const wovenSums: Lowering = (node, { graph, measured }) => {
  if (node.op !== 'Add' || node.domain !== '' || measured.shapes.has(node.outputs[0] as string)) return undefined
  const [one, other] = node.inputs.map((name) => wovenOf(graph, name))
  if (!one || !other || one.dims[0] < 0 || `${sizes(one)}` !== `${sizes(other)}`) return undefined
  const pairs = one.rows.map((row, i) =>
    row.map((a, j) => [a, other.rows[i]?.[j]].filter((part) => typeof part === 'string')),
  )
  if (pairs.flat().some((pair) => pair.length === 0)) return undefined
  return (builder) => {
    const { op } = builder
    const phases = pairs.map((row) =>
      row.map((pair) => pair.map((part) => builder.value(part)).reduce((a, b) => op.Add(a, b))),
    )
    return weave(op, phases, one.dims)
  }
}

const sizes = ({ rows, dims }: Woven) => [...dims, ...rows.map((row) => row.length)]
