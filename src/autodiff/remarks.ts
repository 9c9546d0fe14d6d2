/** What a rule set did at operators for which its paper has no rule: noted node by node while it is applied, told as sentences. */

import { type Node, operatorKey } from '../onnx/index.ts'

export interface Remarks {
  /** @param did what was done instead, and why: 'got the plain gradient, …' */
  add(node: Node, did: string): void
  /** One sentence an operator and reason: 'Sigmoid (16 nodes, first '/block/Sigmoid') got …'. */
  readonly sentences: readonly string[]
}

export function remarks(): Remarks {
  const found = new Map<string, Node[]>()
  return {
    add(node, did) {
      const key = `${operatorKey(node)}\n${did}`
      found.set(key, [...(found.get(key) ?? []), node])
    },
    /** The last node of the model is met first. */
    get sentences() {
      return [...found].toReversed().map(([key, nodes]) => {
        const [operator, did] = key.split('\n')
        const first = nodes.at(-1) as Node
        const count = nodes.length === 1 ? 'node' : `${nodes.length} nodes, first`
        return `${operator} (${count} '${first.name || first.outputs[0]}') ${did}.`
      })
    },
  }
}
