/** Replaces an If by one of its branches. Which branch it takes is not decided here. */

import { withGraph } from '../encode.ts'
import { type Constant, type Graph, type Model, type Node, withSubgraphs } from '../graph.ts'
import { Names } from '../names.ts'

/** The same model with the nodes of the branch in the place of each If of the main graph about which `taken` says which it takes. */
export function inlineBranches(model: Model, taken: ReadonlyMap<Node, boolean>): Model {
  if (taken.size === 0) return model
  const names = new Names(model)
  const constants = new Map(model.graph.constants)
  const nodes = model.graph.nodes.flatMap((node) => {
    const then = taken.get(node)
    const branch = then === undefined ? undefined : node.attributes[then ? 'then_branch' : 'else_branch']
    return branch?.type === 'graph' ? written(node, branch.value, names, constants) : [node]
  })
  return withGraph(model, { ...model.graph, nodes, constants })
}

/** A branch's nodes and, for each of its outputs, one that gives it the name of the If's. Own names get the If's in front. */
function written(node: Node, branch: Graph, names: Names, constants: Map<string, Constant>): Node[] {
  const scope = node.name || node.op
  const own = new Map<string, string>()
  for (const name of [...branch.constants.keys(), ...branch.nodes.flatMap((inner) => inner.outputs)])
    if (name !== '') own.set(name, names.unique(`${scope}/${name}`))
  const rename = (name: string) => own.get(name) ?? name
  for (const [name, value] of branch.constants) constants.set(rename(name), value)
  const nodes = branch.nodes.map((inner) => ({
    ...reading(inner, rename),
    name: names.unique(`${scope}/${inner.name || inner.op}`),
    outputs: inner.outputs.map(rename),
  }))
  const results = branch.outputs.flatMap(({ name }, i): Node[] => {
    const output = node.outputs[i] ?? ''
    if (output === '') return []
    return [{ op: 'Identity', domain: '', name: output, inputs: [rename(name)], outputs: [output], attributes: {} }]
  })
  return [...nodes, ...results]
}

/** A node that reads renamed values, in its subgraphs too, where they are not hidden by values of the same name. */
function reading(node: Node, rename: (name: string) => string): Node {
  const inside = (graph: Graph): Graph => {
    const defined = [...graph.constants.keys(), ...graph.inputs.map((info) => info.name)]
    const hidden = new Set([...defined, ...graph.nodes.flatMap((inner) => inner.outputs)])
    const outer = (name: string) => (hidden.has(name) ? name : rename(name))
    return {
      ...graph,
      nodes: graph.nodes.map((inner) => reading(inner, outer)),
      outputs: graph.outputs.map((info) => ({ ...info, name: outer(info.name) })),
    }
  }
  return { ...withSubgraphs(node, inside), inputs: node.inputs.map(rename) }
}
