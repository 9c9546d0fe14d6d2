/** The forward pass a second time, for another picture. */

import type { Graph } from '../../onnx/index.ts'
import { between } from '../relevance/depth.ts'

export const referenceName = (value: string): string => `reference/${value}`

const choosing = new Set(['ArgMax', 'ArgMin'])

/**
 * The graph with a copy of the nodes that lead from `pixels` to `score`, each value under its `referenceName`. What is chosen of the
 * image (the top class) stays what it is.
 * @param graph has the reference of the pixels already, under its name
 */
export function withReference(graph: Graph, pixels: string, score: string): Graph {
  const copied = new Set([pixels])
  const copies = between(graph, pixels, score).flatMap((node) => {
    if (choosing.has(node.op) || !node.inputs.some((name) => copied.has(name))) return []
    for (const name of node.outputs) copied.add(name)
    const named = (name: string) => (copied.has(name) && name !== '' ? referenceName(name) : name)
    const { inputs, outputs } = node
    return [{ ...node, name: referenceName(node.name), inputs: inputs.map(named), outputs: outputs.map(named) }]
  })
  return { ...graph, nodes: [...graph.nodes, ...copies] }
}
