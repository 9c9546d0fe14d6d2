/** Whether a graph holds together: each value computed once, before its use, and every name known. */

import { FoveaError } from '../error/index.ts'
import type { Graph, Node } from './graph.ts'
import { subgraphs, withSubgraphs } from './graph.ts'

/**
 * Returns the graph, and the graphs inside it, with their nodes in an order in which each value is computed before it is used;
 * the same object when the file's own order is one.
 * @throws FoveaError FOVEA_MODEL for an unknown name, a value computed twice, or a cycle (with its nodes)
 */
export function ordered(graph: Graph, outer: ReadonlySet<string> = new Set()): Graph {
  const makers = definitions(graph)
  const known = new Set([...outer, ...graph.constants.keys(), ...graph.inputs.map((input) => input.name)])
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
  const sorted = inOrder(graph, known) ? graph.nodes : sort(graph, makers)
  const visible = new Set([...known, ...makers.keys()])
  const nodes = sorted.map((node) => withSubgraphs(node, (inner) => ordered(inner, visible)))
  return nodes.every((node, i) => node === graph.nodes[i]) ? graph : { ...graph, nodes }
}

/** Which node computes which value. Names of an outer graph may be used again inside: they mean the inner value there. */
function definitions(graph: Graph): Map<string, Node> {
  const makers = new Map<string, Node>()
  const inputs = new Set<string>()
  const refuse = (name: string, node?: Node, other?: Node): never => {
    const where = node && other ? ` (nodes '${other.name}' and '${node.name}')` : ''
    throw new FoveaError('FOVEA_MODEL', `Value '${name}' is defined twice${where}.`, {
      ...(node ? { node: node.name } : {}),
      tensor: name,
    })
  }
  for (const { name } of graph.inputs) {
    if (inputs.has(name)) refuse(name)
    inputs.add(name)
  }
  for (const node of graph.nodes)
    for (const name of node.outputs) {
      if (name === '') continue
      if (makers.has(name) || inputs.has(name) || graph.constants.has(name)) refuse(name, node, makers.get(name))
      makers.set(name, node)
    }
  return makers
}

/** What a node reads, values that its subgraphs take from outside included. */
export function usesOf(node: Node): string[] {
  const read = node.inputs.filter((name) => name !== '')
  const graphs = subgraphs(node)
  if (graphs.length === 0) return read
  const inner = graphs.flatMap((graph) => {
    const own = new Set([
      ...graph.constants.keys(),
      ...graph.inputs.map((i) => i.name),
      ...graph.nodes.flatMap((n) => n.outputs),
    ])
    const uses = [...graph.nodes.flatMap(usesOf), ...graph.outputs.map((output) => output.name)]
    return uses.filter((name) => !own.has(name))
  })
  return [...read, ...inner]
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
