/** Questions about who makes and who reads a value. */

import { numbers } from '../tensor/index.ts'
import { constantOf, consumers, type Graph, type Node, producers } from './graph.ts'

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

/** The numbers of a stored value, or undefined. */
export function numbersOf(graph: Graph, value: string | undefined): number[] | undefined {
  const stored = constantOf(graph, value ?? '')
  return stored && Array.from(numbers(stored.read()))
}

/** Whether one node, and nobody outside the graph, asks for a value. */
export const isReadOnce = (graph: Graph, value: string): boolean =>
  consumers(graph).get(value)?.length === 1 && !graph.outputs.some(({ name }) => name === value)
