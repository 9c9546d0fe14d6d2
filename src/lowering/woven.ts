/**
 * Two woven images that the backward pass adds, as where a block and its shortcut have the same stride, are added phase by phase and woven
 * once: what the shortcut of single pixels leaves zero is not even written.
 */

import { type Value, type Woven, weave, wovenOf } from '../onnx/index.ts'
import type { Lowering } from './rewrite.ts'

export const wovenSums: Lowering = (node, { graph, measured }) => {
  if (node.op !== 'Add' || node.domain !== '' || measured.shapes.has(node.outputs[0] as string)) return undefined
  const [one, other] = node.inputs.map((name) => wovenOf(graph, name))
  if (!one || !other || one.dims[0] < 0 || `${sizes(one)}` !== `${sizes(other)}`) return undefined
  const pairs = one.rows.map((row, i) => row.map((a, j) => [a, other.rows[i]?.[j] ?? null] as const))
  if (pairs.flat().some(([a, b]) => a === null && b === null)) return undefined
  return (builder) => {
    const sum = ([a, b]: readonly [string | null, string | null]): Value =>
      a !== null && b !== null ? builder.op.Add(builder.value(a), builder.value(b)) : builder.value((a ?? b) as string)
    return weave(
      builder.op,
      pairs.map((row) => row.map(sum)),
      one.dims,
    )
  }
}

const sizes = ({ rows, dims }: Woven) => [...dims, ...rows.map((row) => row.length)]
