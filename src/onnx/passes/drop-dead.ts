/** Drops the nodes and constants that no output depends on. Inputs stay: they are the model's face. */

import { usesOf } from '../check.ts'
import type { Graph } from '../graph.ts'

export function dropDead(graph: Graph): Graph {
  const alive = new Set(graph.outputs.map((output) => output.name))
  const nodes = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => alive.has(name))) return false
    for (const name of usesOf(node)) alive.add(name)
    return true
  })
  const faces = new Set(graph.inputs.map((input) => input.name))
  const constants = [...graph.constants].filter(([name]) => alive.has(name) || faces.has(name))
  return { ...graph, nodes: nodes.reverse(), constants: new Map(constants) }
}
