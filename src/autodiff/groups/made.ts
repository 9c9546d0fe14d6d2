/** Questions that the groups ask of a graph. */

import { constantOf, type Graph, type Node, producers } from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'

/** The node that makes a value, if it is one of these operators. */
export function maker(graph: Graph, value: string | undefined, ...operators: string[]): Node | undefined {
  const node = producers(graph).get(value ?? '')
  return node && node.domain === '' && operators.includes(node.op) ? node : undefined
}

/** A stored number, or undefined. */
export function numberOf(graph: Graph, value: string | undefined): number | undefined {
  const stored = constantOf(graph, value ?? '')
  return stored?.dims.every((dim) => dim === 1) ? numbers(stored.read())[0] : undefined
}

/** The two inputs of a product or sum, either way round. */
export const eitherWay = ({ inputs: [a = '', b = ''] }: Node): readonly (readonly [string, string])[] => [
  [a, b],
  [b, a],
]
