/** Writes out the functions that a model defines: each call becomes the function's nodes, attributes and names filled in. */

import { FoveaError } from '../../error/index.ts'
import { withGraph } from '../encode.ts'
import {
  type Attribute,
  type FunctionDefinition,
  type Graph,
  type Model,
  type Node,
  subgraphs,
  withSubgraphs,
} from '../graph.ts'
import { Names } from '../names.ts'
import { defaultLimits } from '../scan.ts'

/**
 * The same model without functions; a model that defines none is returned as it is.
 * @throws FoveaError FOVEA_MODEL when functions call each other in a circle or the graph grows beyond `most` nodes
 */
export function inlineFunctions(model: Model, most = defaultLimits.nodes): Model {
  if (model.functions.length === 0) return model
  const count = new Count(model.functions).graph(model.graph, [])
  if (count > most)
    throw new FoveaError(
      'FOVEA_MODEL',
      `The model holds ${count} nodes once its functions are written out (at most ${most}).`,
    )
  const graph = new Inliner(model).graph(model.graph)
  const own = new Set(model.functions.map((f) => f.domain))
  const all = Object.assign({}, ...model.functions.map((f) => f.opsets), model.opsets) as Record<string, number>
  const opsets = Object.entries(all).filter(([domain]) => domain === '' || !own.has(domain) || speaks(graph, domain))
  return withGraph(model, graph, { functions: [], opsets: Object.fromEntries(opsets) })
}

/** How many nodes there will be, counted before any is made: functions that call each other twice double at every step. */
class Count {
  readonly #functions: ReadonlyMap<string, FunctionDefinition>
  readonly #counted = new Map<string, number>()

  constructor(functions: readonly FunctionDefinition[]) {
    this.#functions = byName(functions)
  }

  /** @param open the functions that are being counted, outermost first */
  graph(graph: Graph, open: readonly string[]): number {
    return this.#nodes(graph.nodes, open)
  }

  #nodes(nodes: readonly Node[], open: readonly string[]): number {
    return nodes.reduce((sum, node) => sum + this.#node(node, open), 0)
  }

  #node(node: Node, open: readonly string[]): number {
    const name = key(node.domain, node.op, node.overload)
    const definition = this.#functions.get(name)
    if (!definition) return subgraphs(node).reduce((sum, inner) => sum + this.graph(inner, open), 1)
    if (open.includes(name))
      throw new FoveaError(
        'FOVEA_MODEL',
        `The model's functions call each other in a circle: ${[...open.slice(open.indexOf(name)), name].join(' -> ')}.`,
        { node: node.name },
      )
    const known = this.#counted.get(name) ?? this.#nodes(definition.nodes, [...open, name])
    this.#counted.set(name, known)
    return known
  }
}

/** A function's parameters as the call fills them. */
interface Call {
  readonly rename: (name: string) => string
  readonly attribute: (name: string) => Attribute | undefined
}

class Inliner {
  readonly #functions: ReadonlyMap<string, FunctionDefinition>
  readonly #names: Names

  constructor(model: Model) {
    this.#functions = byName(model.functions)
    this.#names = new Names(model)
  }

  graph(graph: Graph): Graph {
    const nodes = graph.nodes.flatMap((node) => this.#expand(node))
    const same = nodes.length === graph.nodes.length && nodes.every((node, i) => node === graph.nodes[i])
    return same ? graph : { ...graph, nodes }
  }

  #expand(node: Node): Node[] {
    const definition = this.#functions.get(key(node.domain, node.op, node.overload))
    return definition ? this.#call(node, definition) : [withSubgraphs(node, (inner) => this.graph(inner))]
  }

  #call(node: Node, definition: FunctionDefinition): Node[] {
    const scope = node.name || definition.name
    const names = new Map<string, string>()
    definition.inputs.forEach((input, i) => names.set(input, node.inputs[i] ?? ''))
    const passed: Node[] = []
    definition.outputs.forEach((output, i) => {
      const result = node.outputs[i]
      if (!result) return
      if (names.has(output)) passed.push(identity(names.get(output) as string, result))
      else names.set(output, result)
    })
    const fresh = (own: string) => {
      if (own !== '' && !names.has(own)) names.set(own, this.#names.unique(`${scope}/${own}`))
    }
    for (const inner of definition.nodes) inner.outputs.forEach(fresh)
    const call: Call = {
      rename: (own) => names.get(own) ?? own,
      attribute: (own) => node.attributes[own] ?? definition.defaults[own],
    }
    const nodes = definition.nodes.map((inner) => this.#fill(inner, call, scope))
    return [...nodes.flatMap((inner) => this.#expand(inner)), ...passed]
  }

  /** A node of a function's body with the call's names and attributes. */
  #fill(node: Node, call: Call, scope: string): Node {
    const attributes = Object.entries(node.attributes).flatMap(([name, attribute]): [string, Attribute][] => {
      if (attribute.type === 'reference') {
        const given = call.attribute(attribute.value)
        return given ? [[name, given]] : []
      }
      if (attribute.type === 'graph')
        return [[name, { type: 'graph', value: this.#inside(attribute.value, call, scope) }]]
      if (attribute.type !== 'graphs') return [[name, attribute]]
      return [[name, { type: 'graphs', value: attribute.value.map((inner) => this.#inside(inner, call, scope)) }]]
    })
    return {
      ...node,
      name: this.#names.unique(`${scope}/${node.name || node.op}`),
      inputs: node.inputs.map(call.rename),
      outputs: node.outputs.map(call.rename),
      attributes: Object.fromEntries(attributes),
    }
  }

  #inside(graph: Graph, outer: Call, scope: string): Graph {
    const own = new Map<string, string>()
    const names = [
      ...graph.inputs.map((info) => info.name),
      ...graph.constants.keys(),
      ...graph.nodes.flatMap((node) => node.outputs),
    ]
    for (const name of names) if (name !== '' && !own.has(name)) own.set(name, this.#names.unique(`${scope}/${name}`))
    const call: Call = { ...outer, rename: (name) => own.get(name) ?? outer.rename(name) }
    return {
      ...graph,
      inputs: graph.inputs.map((info) => ({ ...info, name: call.rename(info.name) })),
      outputs: graph.outputs.map((info) => ({ ...info, name: call.rename(info.name) })),
      constants: new Map([...graph.constants].map(([name, value]) => [call.rename(name), value])),
      valueTypes: new Map([...graph.valueTypes].map(([name, type]) => [call.rename(name), type])),
      nodes: graph.nodes.map((node) => this.#fill(node, call, scope)),
    }
  }
}

const byName = (functions: readonly FunctionDefinition[]) =>
  new Map(functions.map((f) => [key(f.domain, f.name, f.overload), f]))

const key = (domain: string, name: string, overload = '') => `${domain}:${name}${overload ? `:${overload}` : ''}`

function identity(input: string, output: string): Node {
  return { op: 'Identity', domain: '', name: output, inputs: [input], outputs: [output], attributes: {} }
}

function speaks(graph: Graph, domain: string): boolean {
  return graph.nodes.some((node) => node.domain === domain || subgraphs(node).some((inner) => speaks(inner, domain)))
}
