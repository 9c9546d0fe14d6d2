/** Whether a graph holds together: each value computed once, before its use, and every name known. */

import { FoveaError } from '../error/index.ts'
import type { Graph, Node } from './graph.ts'
import { subgraphs } from './graph.ts'

/**
 * Returns the graph with its nodes in an order in which each value is computed before it is used (the file's own order when
 * it is one).
 * @throws FoveaError FOVEA_MODEL for an unknown name, a value computed twice, or a cycle (with its nodes)
 */
export function ordered(graph: Graph, outer: ReadonlySet<string> = new Set()): Graph {
  const known = new Set([...outer, ...graph.constants.keys(), ...graph.inputs.map((input) => input.name)])
  const makers = new Map<string, Node>()
  for (const node of graph.nodes)
    for (const output of node.outputs) {
      if (output === '') continue
      const other = makers.get(output)
      if (other || known.has(output))
        throw new FoveaError(
          'FOVEA_MODEL',
          `Value '${output}' is defined twice${other ? ` (nodes '${other.name}' and '${node.name}')` : ''}.`,
          { node: node.name, tensor: output },
        )
      makers.set(output, node)
    }
  for (const node of graph.nodes)
    for (const input of usesOf(node))
      if (!known.has(input) && !makers.has(input))
        throw new FoveaError(
          'FOVEA_MODEL',
          `Node '${node.name}' (${node.op}) reads '${input}', which nothing in the graph computes.`,
          { node: node.name, op: node.op, tensor: input },
        )
  for (const { name } of graph.outputs)
    if (!known.has(name) && !makers.has(name))
      throw new FoveaError('FOVEA_MODEL', `The graph's output '${name}' is computed by no node.`, { tensor: name })
  return inOrder(graph, known) ? graph : { ...graph, nodes: sort(graph, makers) }
}

/** What a node reads, values that its subgraphs take from outside included. */
export function usesOf(node: Node): string[] {
  const inner = subgraphs(node).flatMap((graph) => {
    const own = new Set([
      ...graph.constants.keys(),
      ...graph.inputs.map((i) => i.name),
      ...graph.nodes.flatMap((n) => n.outputs),
    ])
    const uses = [...graph.nodes.flatMap(usesOf), ...graph.outputs.map((output) => output.name)]
    return uses.filter((name) => !own.has(name))
  })
  return [...node.inputs.filter((name) => name !== ''), ...inner]
}

function inOrder(graph: Graph, known: ReadonlySet<string>): boolean {
  const ready = new Set(known)
  return graph.nodes.every((node) => {
    const possible = usesOf(node).every((name) => ready.has(name))
    for (const output of node.outputs) ready.add(output)
    return possible
  })
}

function sort(graph: Graph, makers: ReadonlyMap<string, Node>): Node[] {
  const sorted: Node[] = []
  const state = new Map<Node, 'open' | 'done'>()
  for (const start of graph.nodes) {
    const stack: Node[] = [start]
    while (stack.length > 0) {
      const node = stack.at(-1) as Node
      if (state.get(node) === 'done') {
        stack.pop()
        continue
      }
      const waiting = usesOf(node)
        .map((name) => makers.get(name))
        .filter((maker): maker is Node => maker !== undefined && state.get(maker) !== 'done')
      if (waiting.length === 0) {
        state.set(node, 'done')
        sorted.push(node)
        stack.pop()
      } else if (state.get(node) === 'open' && waiting.some((maker) => state.get(maker) === 'open')) {
        const cycle = stack.filter((n) => state.get(n) === 'open').map((n) => n.name || n.op)
        throw new FoveaError('FOVEA_MODEL', `The graph has a cycle through ${cycle.slice(0, 6).join(' -> ')}.`, {
          node: node.name,
        })
      } else {
        state.set(node, 'open')
        stack.push(...waiting)
      }
    }
  }
  return sorted
}
