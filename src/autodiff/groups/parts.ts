/**
 * Slices (or single rows, by Gather) of one value that leave nothing out: they lie side by side, or each takes every nth row. Their
 * gradients are put together by one Concat, where each by itself would be filled up with zeros and then added. Rolled windows, stacked
 * heads and merged patches are written so.
 */

import { attributesOf, constantOf, consumers, fromFront, type Node } from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'
import type { Group, Setting } from './index.ts'

export const parts: Group = {
  op: 'Parts',
  of: ['Slice', 'Gather'],
  find(node, setting) {
    const own = partOf(node, setting)
    if (!own) return undefined
    const [value = ''] = node.inputs
    const siblings = (consumers(setting.graph).get(value) ?? []).flatMap((other) => {
      const part = partOf(other, setting)
      const alike = part && part.axis === own.axis && part.lost === own.lost && part.step === own.step
      return alike ? [{ node: other, part }] : []
    })
    // What is taken twice is in the row once; the other stays by itself.
    const once = siblings.filter(({ part }, i) => siblings.findIndex((other) => other.part.from === part.from) === i)
    const row = once.toSorted((a, b) => a.part.from - b.part.from)
    if (row.length < 2 || !isComplete(row.map(({ part }) => part))) return undefined
    const int = (value: number) => ({ type: 'int', value }) as const
    return {
      others: row.flatMap((one) => (one.node === node ? [] : one.node)),
      inputs: [value],
      outputs: row.map((one) => one.node.outputs[0] as string),
      attributes: { axis: int(own.axis), lost: int(own.lost ? 1 : 0), step: int(own.step) },
    }
  },
}

interface Part {
  readonly axis: number
  /** So many rows of `size`, each `step` rows behind the one before. */
  readonly from: number
  readonly taken: number
  readonly step: number
  readonly size: number
  /** Whether the axis is gone: a Gather with one index. */
  readonly lost: boolean
}

/** Whether parts, sorted by where they begin, are all rows. */
function isComplete(row: readonly Part[]): boolean {
  const { step = 1, size = 0 } = row[0] ?? {}
  if (step > 1) return row.length === step && row.every(({ taken }) => taken * step === size)
  const end = row.reduce((to, { from, taken }) => (from === to ? to + taken : Number.NaN), 0)
  return end === size
}

function partOf(node: Node, setting: Setting): Part | undefined {
  if (node.domain !== '') return undefined
  if (node.op === 'Gather') return rowOf(node, setting)
  return node.op === 'Slice' ? sliceOf(node, setting) : undefined
}

const shapesOf = ({ measured }: Setting, node: Node) => ({
  whole: measured.shapes.get(node.inputs[0] ?? ''),
  part: measured.shapes.get(node.outputs[0] ?? ''),
})

/** The integers of an input. */
function integersOf({ graph, measured }: Setting, name: string | undefined): number[] | undefined {
  const stored = constantOf(graph, name ?? '')?.read() ?? measured.integers.get(name ?? '')
  return stored && Array.from(numbers(stored))
}

function sliceOf(node: Node, setting: Setting): Part | undefined {
  const { whole, part } = shapesOf(setting, node)
  const [starts, axes, steps] = [node.inputs[1], node.inputs[3], node.inputs[4]].map((name) =>
    integersOf(setting, name),
  )
  if (!whole || !part || starts?.length !== 1 || (node.inputs[3] && !axes) || (node.inputs[4] && !steps))
    return undefined
  const step = steps?.[0] ?? 1
  if (step < 1) return undefined
  const axis = fromFront(axes?.[0] ?? 0, whole.dims.length)
  const size = whole.dims[axis] as number
  if (whole.batch[axis]) return undefined
  const start = starts[0] as number
  const from = Math.min(Math.max(start < 0 ? start + size : start, 0), size)
  return { axis, from, taken: part.dims[axis] as number, step, size, lost: false }
}

function rowOf(node: Node, setting: Setting): Part | undefined {
  const { whole, part } = shapesOf(setting, node)
  const index = integersOf(setting, node.inputs[1])
  if (!whole || !part || index?.length !== 1 || part.dims.length > whole.dims.length) return undefined
  const axis = fromFront(attributesOf(node).int('axis', 0), whole.dims.length)
  const size = whole.dims[axis] as number
  if (whole.batch[axis]) return undefined
  const at = index[0] as number
  const from = at < 0 ? at + size : at
  return { axis, from, taken: 1, step: 1, size, lost: part.dims.length < whole.dims.length }
}
