/**
 * Nodes that are one function together, as exporters write it: x Sigmoid(x) is Swish. Differentiated as one it takes half the
 * passes over memory that its parts take. A group stands in for its nodes only while the graph is walked; the graph keeps them.
 */

import { consumers, type Graph, type Node, producers } from '../onnx/index.ts'
import { gradient } from './gradient/index.ts'
import type { RuleSet } from './rule.ts'

/** The domain of groups in rule sets: 'fovea:Swish'. */
const domain = 'fovea'

/**
 * The nodes with each group as one node, at the place of its last. A group is formed only if nothing else asks for what lies
 * inside, and only for rule sets that treat its members as the gradient does.
 */
export function grouped(graph: Graph, rules: RuleSet, asked: ReadonlySet<string>): readonly Node[] {
  const known = ['Sigmoid', 'Mul'].every((op) => rules[op] === gradient[op])
  if (!known || !rules[`${domain}:Swish`]) return graph.nodes
  const outputs = new Set([...asked, ...graph.outputs.map(({ name }) => name)])
  const replaced = new Map<Node, Node | null>()
  for (const node of graph.nodes) {
    const gate = node.op === 'Mul' && node.domain === '' ? gateOf(graph, node) : undefined
    const inner = gate?.outputs[0] as string
    if (!gate || outputs.has(inner) || consumers(graph).get(inner)?.length !== 1) continue
    replaced.set(gate, null)
    replaced.set(node, {
      ...node,
      op: 'Swish',
      domain,
      inputs: [gate.inputs[0] as string],
      outputs: [node.outputs[0] as string, inner],
    })
  }
  return graph.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : node))
}

/** The Sigmoid s of a product x s with its own argument. */
function gateOf(graph: Graph, product: Node): Node | undefined {
  const [a = '', b = ''] = product.inputs
  for (const [value, gate] of [
    [a, b],
    [b, a],
  ] as const) {
    const node = producers(graph).get(gate)
    if (node?.op === 'Sigmoid' && node.domain === '' && node.inputs[0] === value) return node
  }
  return undefined
}
