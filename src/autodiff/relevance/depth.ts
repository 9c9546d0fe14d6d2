/** Where in the network a layer with weights stands: the first one or ones behind the image, the last ones before the score. */

import type { Graph, Node } from '../../onnx/index.ts'

const weighted = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Einsum',
  'MatMulInteger',
  'ConvInteger',
  'DeformConv',
])

/** The layers between which and the image there is no other. */
export function firstLayers(graph: Graph, pixels: string): ReadonlySet<Node> {
  const raw = new Set([pixels])
  const found = new Set<Node>()
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => raw.has(name))) continue
    if (weighted.has(node.op)) found.add(node)
    else for (const name of node.outputs) raw.add(name)
  }
  return found
}

/** The layers from which a way leads to the score that meets no other. */
export function lastLayers(graph: Graph, score: string): ReadonlySet<Node> {
  const near = new Set([score])
  const found = new Set<Node>()
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => near.has(name))) continue
    if (weighted.has(node.op)) found.add(node)
    else for (const name of node.inputs) near.add(name)
  }
  return found
}

/** The nodes that lead from the image to `value`, in their order. */
export function between(graph: Graph, pixels: string, value: string): Node[] {
  const raw = new Set([pixels])
  const forward = graph.nodes.filter((node) => {
    if (!node.inputs.some((name) => raw.has(name))) return false
    for (const name of node.outputs) raw.add(name)
    return true
  })
  const needed = new Set([value])
  return forward
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((name) => needed.has(name))) return false
      for (const name of node.inputs) needed.add(name)
      return true
    })
    .toReversed()
}
