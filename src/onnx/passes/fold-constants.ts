/**
 * Computes what depends on constants only, once and for all. The numbers come from `evaluate` (the runtime runs a graph without
 * inputs), so that a folded value is what ONNX Runtime would have computed, to the bit.
 */

import type { Tensor } from '../../tensor/index.ts'
import { usesOf } from '../check.ts'
import { valueDtypes } from '../dtypes.ts'
import { type Constant, constant, constantOf, type Graph, type Node, subgraphs, type ValueInfo } from '../graph.ts'
import { largest, type Size, sizeOfStored } from './constant-size.ts'
import { dropDead } from './drop-dead.ts'

/** Runs a graph that has no inputs and gives its outputs by name. */
export type Evaluate = (graph: Graph) => Promise<ReadonlyMap<string, Tensor>>

const random = /^(Random|Multinomial$|Bernoulli$)/

/**
 * @param limit the most elements that a folded value may have, so that a small file does not become a large one (weights that
 * are stored small and cast in the graph stay as they are)
 */
export async function foldConstants(graph: Graph, evaluate: Evaluate, limit = 2 ** 16): Promise<Graph> {
  let folded = graph
  for (let round = 0; round < 16; round++) {
    const next = await foldOnce(folded, evaluate, limit)
    if (next === folded) break
    folded = next
  }
  return folded
}

async function foldOnce(graph: Graph, evaluate: Evaluate, limit: number): Promise<Graph> {
  const nodes = foldable(graph, limit)
  const wanted = frontier(graph, nodes)
  if (wanted.length === 0) return graph
  const needed = dropDead({
    ...graph,
    inputs: [],
    outputs: wanted,
    nodes: graph.nodes.filter((node) => nodes.has(node) || node.op === 'Constant'),
  })
  const values = await evaluate(needed)
  const constants = new Map<string, Constant>(graph.constants)
  for (const { name } of wanted) {
    const value = values.get(name)
    if (value) constants.set(name, constant(value))
  }
  const rest = graph.nodes.filter((node) => !node.outputs.some((name) => name !== '' && values.has(name)))
  return dropDead({ ...graph, nodes: rest, constants })
}

/** The nodes that compute the same small values on every run. */
function foldable(graph: Graph, limit: number): Set<Node> {
  const sizes = new Map<string, Size>()
  const overridable = new Set(graph.inputs.map((input) => input.name))
  for (const [name, { dims }] of graph.constants) if (!overridable.has(name)) sizes.set(name, sizeOfStored(dims))
  const outputs = new Set(graph.outputs.map((output) => output.name))
  const found = new Set<Node>()
  for (const node of graph.nodes) {
    const stored = node.op === 'Constant' ? constantOf(graph, node.outputs[0] ?? '') : undefined
    if (stored) sizes.set(node.outputs[0] as string, sizeOfStored(stored.dims))
    if (!repeatable(node) || node.outputs.some((name) => outputs.has(name))) continue
    const inputs = node.inputs.map((name) => (name === '' ? sizeOfStored([0]) : sizes.get(name)))
    if (inputs.length === 0 || inputs.includes(undefined)) continue
    const size = largest(node, inputs as Size[], (name) => constantOf(graph, name))
    if (size.most > limit) continue
    found.add(node)
    for (const name of node.outputs) if (name !== '') sizes.set(name, size)
  }
  return found
}

function repeatable(node: Node): boolean {
  if (node.domain !== '' || random.test(node.op) || subgraphs(node).length > 0) return false
  return node.op !== 'Dropout' || !node.inputs[2]
}

/** The values at which constants meet the rest of the graph. */
function frontier(graph: Graph, nodes: ReadonlySet<Node>): ValueInfo[] {
  const dtypes = valueDtypes(graph)
  const computed = new Set([...nodes].flatMap((node) => node.outputs))
  const used = graph.nodes.filter((node) => !nodes.has(node)).flatMap(usesOf)
  return [...new Set(used)]
    .filter((name) => name !== '' && computed.has(name))
    .flatMap((name) => {
      const dtype = dtypes.get(name)
      return dtype ? [{ name, dtype }] : []
    })
}
