/** x (1 + erf(x / sqrt 2)) / 2, whichever product the half stands in: the rule sees x / sqrt 2 and 1 + erf, too. */

import { type Graph, maker, type Node, numberOf } from '../../onnx/index.ts'
import type { Found, Group, Setting } from './index.ts'
import { eitherWay } from './made.ts'

export const gelu: Group = {
  op: 'Gelu',
  of: ['Mul', 'Div', 'Add', 'Erf'],
  find(node, setting) {
    const factors = node.op === 'Mul' ? factorsOf(node, setting) : undefined
    if (!factors) return undefined
    const [a, b] = factors.values
    return found(node, a, b, factors, setting) ?? found(node, b, a, factors, setting)
  },
}

function found(node: Node, x: string, risen: string, factors: Factors, { graph, isRead }: Setting): Found | undefined {
  const sum = maker(graph, risen, 'Add')
  const [erf] = sum
    ? eitherWay(sum).flatMap(([value, one]) => (numberOf(graph, one) === 1 ? (maker(graph, value, 'Erf') ?? []) : []))
    : []
  const scaled = erf && scaledBy(graph, erf.inputs[0] as string, x)
  if (!sum || !erf || !scaled) return undefined
  const inside: readonly (readonly [string, Node])[] = [
    [risen, factors.readerOf(risen)],
    [erf.outputs[0] as string, sum],
    [scaled.outputs[0] as string, erf],
  ]
  if (inside.some(([value, reader]) => isRead(value, reader))) return undefined
  return {
    others: [...factors.others, sum, erf, scaled],
    inputs: [x],
    outputs: [node.outputs[0] as string, scaled.outputs[0] as string, risen],
  }
}

interface Factors {
  /** Two, beside the half. */
  readonly values: readonly [string, string]
  readonly others: readonly Node[]
  readonly readerOf: (value: string) => Node
}

/** Of (a b) / 2, (a / 2) b or a (b / 2). */
function factorsOf(node: Node, { graph, isRead }: Setting): Factors | undefined {
  for (const [value, other] of eitherWay(node)) {
    const inner = maker(graph, value, 'Mul')
    if (!inner || isRead(value, node)) continue
    if (numberOf(graph, other) === 0.5) {
      const [a = '', b = ''] = inner.inputs
      return { values: [a, b], others: [inner], readerOf: () => inner }
    }
    for (const [a, half] of eitherWay(inner))
      if (numberOf(graph, half) === 0.5)
        return { values: [a, other], others: [inner], readerOf: (read) => (read === a ? inner : node) }
  }
  return undefined
}

/** x / sqrt 2, to the precision of the file. */
function scaledBy(graph: Graph, value: string, x: string): Node | undefined {
  const node = maker(graph, value, 'Div', 'Mul')
  if (!node) return undefined
  const [a, b] = node.inputs
  const factor = node.op === 'Div' ? 1 / (numberOf(graph, b) ?? 0) : numberOf(graph, a === x ? b : a)
  const reads = node.op === 'Div' ? a === x : a === x || b === x
  return reads && factor !== undefined && Math.abs(factor - Math.SQRT1_2) < 1e-3 * Math.SQRT1_2 ? node : undefined
}
