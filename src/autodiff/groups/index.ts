/**
 * Nodes that are one function together, as exporters write it: x Sigmoid(x) is Swish. Differentiated as one it takes half the
 * passes over memory that its parts take. A group stands in for its nodes only while the graph is walked; the graph keeps them.
 */

import { consumers, type Graph, type Measured, type Node } from '../../onnx/index.ts'
import { gradient } from '../gradient/index.ts'
import type { RuleSet } from '../rule.ts'
import { gelu } from './gelu.ts'
import { parts } from './parts.ts'
import { rectifiedMaxPool } from './rectified-max-pool.ts'
import { swish } from './swish.ts'

/** The domain of groups in rule sets: 'fovea:Swish'. */
const domain = 'fovea'

export interface Setting {
  readonly graph: Graph
  readonly measured: Measured
  /** Whether something else than `reader` asks for a value. */
  isRead(value: string, reader: Node): boolean
}

export interface Group {
  /** Its name among the rules. */
  readonly op: string
  /** Its members' operators: a rule set that has rules of its own for one of them knows no such group. */
  readonly of: readonly string[]
  /** The group that ends (or, of parts, begins) with a node. */
  find(node: Node, setting: Setting): Found | undefined
}

export interface Found {
  /** The other members: the node itself is replaced by the group. */
  readonly others: readonly Node[]
  readonly inputs: readonly string[]
  /** What is read of it, then what its rule wants to see of the inside. */
  readonly outputs: readonly string[]
  readonly attributes?: Node['attributes']
}

const groups: readonly Group[] = [swish, gelu, rectifiedMaxPool, parts]

/** The nodes with each group as one node. @param asked values that must stay as they are */
export function grouped(graph: Graph, rules: RuleSet, asked: ReadonlySet<string>, measured: Measured): readonly Node[] {
  const known = groups.filter(({ op, of }) => {
    const own = (key: string) => rules[key] === gradient[key]
    return own(`${domain}:${op}`) && of.every(own)
  })
  if (known.length === 0) return graph.nodes
  const outputs = new Set([...asked, ...graph.outputs.map(({ name }) => name)])
  const setting = { graph, measured, isRead: readers(graph, outputs) }
  const replaced = new Map<Node, Node | null>()
  for (const node of graph.nodes)
    for (const { op, find } of known) {
      const found = replaced.has(node) || node.domain !== '' ? undefined : find(node, setting)
      if (!found || found.others.some((other) => replaced.has(other))) continue
      for (const other of found.others) replaced.set(other, null)
      const { inputs, outputs, attributes = node.attributes } = found
      replaced.set(node, { ...node, op, domain, inputs, outputs, attributes })
    }
  return graph.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : node))
}

function readers(graph: Graph, outputs: ReadonlySet<string>): Setting['isRead'] {
  return (value, reader) => {
    const nodes = consumers(graph).get(value) ?? []
    return outputs.has(value) || nodes.some((node) => node !== reader)
  }
}
