/**
 * The intermediate representation: values are names, nodes apply operators, constants hold weights. Everything is plain
 * read-only data; a pass makes a new graph and shares what it does not touch. What the file said beyond this (documentation
 * strings, annotations, unknown fields) stays attached to the objects that were read and is written back with them.
 */

import type { WeightFile } from '../platform/index.ts'
import type { Dtype, Tensor } from '../tensor/index.ts'

/** A dimension: its size, a symbolic name such as 'batch', or null when the file says nothing. */
export type Dimension = number | string | null

/** An input or output: its name, element type and shape (undefined: the file does not say). */
export interface ValueInfo {
  readonly name: string
  readonly dtype: Dtype
  readonly shape?: readonly Dimension[]
}

/** A tensor stored in the file; its elements are decoded when asked for. */
export interface Constant {
  readonly dtype: Dtype
  readonly dims: readonly number[]
  read(): Tensor
}

export type Attribute =
  | { readonly type: 'int' | 'float'; readonly value: number }
  | { readonly type: 'ints' | 'floats'; readonly value: readonly number[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Constant }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'graphs'; readonly value: readonly Graph[] }
  /** The attribute of the function that this node stands in, by name. */
  | { readonly type: 'reference'; readonly value: string }
  /** Sparse tensors, type descriptions: carried along, not looked into. */
  | { readonly type: 'opaque'; readonly value: unknown }

export interface Node {
  readonly op: string
  /** '' is the default domain, ai.onnx. */
  readonly domain: string
  readonly name: string
  /** '' stands for an optional input or output that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Which of several functions of the same name is called. */
  readonly overload?: string
}

export interface Graph {
  readonly name: string
  /** As in the file: old exporters list initializers here too (see `requiredInputs`). */
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** In an order in which each value is computed before it is used. */
  readonly nodes: readonly Node[]
  readonly constants: ReadonlyMap<string, Constant>
  /** Types that the file states for inner values. */
  readonly valueTypes: ReadonlyMap<string, Dtype>
  /** Shapes of inner values that a pass knows, written into the file for engines that plan by shapes. */
  readonly declared?: readonly ValueInfo[]
}

/** An operator that the file defines by other operators. */
export interface FunctionDefinition {
  readonly name: string
  readonly domain: string
  readonly overload?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly nodes: readonly Node[]
  /** The version of each domain that its nodes speak; need not be the model's. */
  readonly opsets: Readonly<Record<string, number>>
  /** Attributes that a call must give. */
  readonly attributes: readonly string[]
  /** Attributes that have a default. */
  readonly defaults: Readonly<Record<string, Attribute>>
}

export interface Model {
  readonly graph: Graph
  /** Domain -> version; '' is ai.onnx. */
  readonly opsets: Readonly<Record<string, number>>
  /** The file's version of ai.onnx, where the graph was lifted from it. */
  readonly fileOpset?: number
  readonly irVersion: number
  readonly producer: string
  readonly metadata: Readonly<Record<string, string>>
  readonly functions: readonly FunctionDefinition[]
  /** The file that the large initializers are read from, where they were left in it. */
  readonly weights?: WeightFile
}

/** The operator's key in rule tables and reports: 'Conv', or 'com.microsoft:Gelu' outside the default domain. */
export function operatorKey(node: Node): string {
  return node.domain === '' || node.domain === 'ai.onnx' ? node.op : `${node.domain}:${node.op}`
}

/** The inputs that a caller must supply: those without a default among the constants. */
export function requiredInputs(graph: Graph): ValueInfo[] {
  return graph.inputs.filter(({ name }) => !graph.constants.has(name))
}

/**
 * The constant that a value is: an initializer, the output of a Constant node, or an Identity of one (PyTorch's exporter writes
 * equal initializers once); undefined for computed values.
 */
export function constantOf(graph: Graph, name: string): Constant | undefined {
  const stored = graph.constants.get(name)
  if (stored) return graph.inputs.some((input) => input.name === name) ? undefined : stored
  const node = producers(graph).get(name)
  if (node?.op === 'Identity') return constantOf(graph, node.inputs[0] ?? '')
  const value = node?.op === 'Constant' ? node.attributes.value : undefined
  return value?.type === 'tensor' ? value.value : undefined
}

/** For each computed value the node that computes it; remembered per graph. */
export function producers(graph: Graph): ReadonlyMap<string, Node> {
  let map = producersOf.get(graph)
  if (!map) {
    map = new Map(graph.nodes.flatMap((node) => node.outputs.filter(Boolean).map((name) => [name, node] as const)))
    producersOf.set(graph, map)
  }
  return map
}

/** For each value the nodes that read it (once a node, subgraphs not looked into); remembered per graph. */
export function consumers(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  let map = consumersOf.get(graph)
  if (!map) {
    const lists = new Map<string, Node[]>()
    for (const node of graph.nodes)
      for (const name of new Set(node.inputs)) {
        if (name === '') continue
        const list = lists.get(name)
        if (list) list.push(node)
        else lists.set(name, [node])
      }
    map = lists
    consumersOf.set(graph, map)
  }
  return map
}

const producersOf = new WeakMap<Graph, ReadonlyMap<string, Node>>()
const consumersOf = new WeakMap<Graph, ReadonlyMap<string, readonly Node[]>>()

/** A constant made from a tensor in memory. */
export function constant(tensor: Tensor): Constant {
  return { dtype: tensor.dtype, dims: tensor.dims, read: () => tensor }
}

/** The graphs inside a node's attributes (If, Loop, Scan). */
export function subgraphs(node: Node): Graph[] {
  const found: Graph[] = []
  for (const attribute of Object.values(node.attributes))
    if (attribute.type === 'graph') found.push(attribute.value)
    else if (attribute.type === 'graphs') found.push(...attribute.value)
  return found
}

/** The node with `change` applied to the graphs in its attributes; the same object when none of them changes. */
export function withSubgraphs(node: Node, change: (graph: Graph) => Graph): Node {
  if (subgraphs(node).length === 0) return node
  let changed = false
  const rewrite = (graph: Graph) => {
    const result = change(graph)
    changed ||= result !== graph
    return result
  }
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.type === 'graph') return [name, { type: 'graph', value: rewrite(attribute.value) }]
    if (attribute.type === 'graphs') return [name, { type: 'graphs', value: attribute.value.map(rewrite) }]
    return [name, attribute]
  })
  return changed ? { ...node, attributes: Object.fromEntries(attributes) } : node
}
