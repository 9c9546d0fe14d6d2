/** Puts a second copy of a graph's computation behind the first, on other inputs. Weights, and what follows from them alone, are shared. */

import { usesOf } from '../check.ts'
import { type Graph, type Node, withSubgraphs } from '../graph.ts'

export interface Grafted {
  readonly graph: Graph
  /** The name that a value of the copy has now. */
  readonly name: (value: string) => string
}

/**
 * `base` with the nodes of `copy` behind it.
 * @param copy a graph made from the same model: constants that are the same object, and nodes that do not depend on `inputs` and are
 * in `base`, are used, not repeated
 * @param inputs the inputs of `copy`, and the values of `base` that take their place
 * @param prefix of the names of what is new
 */
export function graft(base: Graph, copy: Graph, inputs: ReadonlyMap<string, string>, prefix: string): Grafted {
  const names = new Map(inputs)
  const known = new Set(base.nodes)
  const constants = new Map(base.constants)
  const valueTypes = new Map(base.valueTypes)
  const fresh = (name: string) => {
    if (!names.has(name)) names.set(name, `${prefix}/${name}`)
    return names.get(name) as string
  }
  for (const [name, stored] of copy.constants) {
    if (names.has(name) || base.constants.get(name) === stored) continue
    constants.set(fresh(name), stored)
  }
  const nodes = copy.nodes.flatMap((node): readonly Node[] => {
    if (known.has(node) && !usesOf(node).some((used) => names.has(used))) return []
    const renamed = rename(node, names)
    const outputs = node.outputs.map((output) => output && fresh(output))
    return [{ ...renamed, name: node.name && `${prefix}/${node.name}`, outputs }]
  })
  for (const [name, dtype] of copy.valueTypes) {
    const now = names.get(name)
    if (now !== undefined && !inputs.has(name)) valueTypes.set(now, dtype)
  }
  const name = (value: string) => names.get(value) ?? value
  // On other inputs the batch may be another.
  const declared = inputs.size > 0 ? [] : (copy.declared ?? []).filter(({ name: value }) => names.has(value))
  return {
    graph: {
      ...base,
      nodes: [...base.nodes, ...nodes],
      constants,
      valueTypes,
      declared: [...(base.declared ?? []), ...declared.map((info) => ({ ...info, name: name(info.name) }))],
    },
    name,
  }
}

/** Inner graphs see the outer values by the same names. */
function rename(node: Node, names: ReadonlyMap<string, string>): Node {
  const inner = withSubgraphs(node, (graph) => ({
    ...graph,
    nodes: graph.nodes.map((one) => rename(one, names)),
    outputs: graph.outputs.map((output) => ({ ...output, name: names.get(output.name) ?? output.name })),
  }))
  return { ...inner, inputs: node.inputs.map((name) => names.get(name) ?? name) }
}
