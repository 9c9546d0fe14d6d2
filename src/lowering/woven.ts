/**
 * Images woven of phases (onnx/weave.ts), read as they were written. Two that are added, as where a block and its shortcut have the same
 * stride, are added phase by phase and woven once: what the shortcut of single pixels leaves zero is not even written.
 */

import { attributesOf, constantOf, consumers, type Graph, maker, numberOf, weave } from '../onnx/index.ts'
import { numbers } from '../tensor/index.ts'
import type { Lowering } from './rewrite.ts'

/** Phases in rows, null where they are zero, and the channels (-1: unknown), height and width of what is woven of them. */
export interface Woven {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly dims: readonly [channels: number, height: number, width: number]
}

/** What weaving made and one node reads. */
export function wovenOf(graph: Graph, image: string | undefined): Woven | undefined {
  const reshape = maker(graph, image, 'Reshape')
  const rows = joinedAlong(graph, reshape?.inputs[0], 3)
  if (!reshape || !rows || consumers(graph).get(image as string)?.length !== 1) return undefined
  const phases = rows.map((row) => joinedAlong(graph, row, 5)?.map((part) => apartOf(graph, part)))
  const across = phases.find((row) => row)?.length ?? 0
  const whole = phases.map((row, i) => row ?? (isZero(graph, rows[i] as string) ? Array(across).fill(null) : []))
  const stored = constantOf(graph, reshape.inputs[1] ?? '')
  const [, channels = 0, height = 0, width = 0] = stored ? Array.from(numbers(stored.read())) : []
  const known = whole.every((row) => row.length === across && !row.includes(undefined))
  return across > 1 && known && height % rows.length === 0 && width % across === 0
    ? { rows: whole as Woven['rows'], dims: [channels, height, width] }
    : undefined
}

function joinedAlong(graph: Graph, value: string | undefined, axis: number): readonly string[] | undefined {
  const concat = maker(graph, value, 'Concat')
  return concat && attributesOf(concat).int('axis', 0) === axis ? concat.inputs : undefined
}

const apartOf = (graph: Graph, part: string) =>
  maker(graph, part, 'Unsqueeze')?.inputs[0] ?? (isZero(graph, part) ? null : undefined)

function isZero(graph: Graph, value: string): boolean {
  const spread = maker(graph, value, 'Expand')
  return spread !== undefined && numberOf(graph, spread.inputs[0]) === 0
}

export const wovenSums: Lowering = (node, { graph }) => {
  if (node.op !== 'Add' || node.domain !== '') return undefined
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
