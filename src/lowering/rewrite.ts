/** Replaces nodes of a finished graph by others that compute the same value. */

import {
  Builder,
  type Dimension,
  dropDead,
  type Graph,
  type Measured,
  type Node,
  ordered,
  type Value,
  type ValueInfo,
  valueDtypes,
} from '../onnx/index.ts'
import type { Dtype } from '../tensor/index.ts'
import { maskOf } from './masks.ts'

/** Writes what a node's first output is to become, or all its outputs; the values must be new ones. */
export type Replacement = (builder: Builder) => Value | readonly Value[]

/** What a lowering knows of the program. */
export interface Known {
  readonly graph: Graph
  readonly measured: Measured
  readonly dtypes: ReadonlyMap<string, Dtype>
  /** The shapes that the graph declares. */
  readonly stated: ReadonlyMap<string, ValueInfo['shape']>
  /** States the shape of a value that is written, where the engine cannot infer it; its first axis is the batch. */
  declare(value: Value, dims: readonly number[]): Value
}

/** A lowering looks at a node and what it reads, and may replace it. */
export type Lowering = (node: Node, known: Known) => Replacement | undefined

/** The graph with every node that the lowering replaces; what nothing reads any more is gone. Outputs keep their names. */
export function rewrite(graph: Graph, measured: Measured, lowering: Lowering): Graph {
  const builder = new Builder(graph)
  const declared: ValueInfo[] = []
  const batch = graph.declared?.[0]?.shape?.[0] ?? null
  const known: Known = {
    graph,
    measured,
    dtypes: valueDtypes(graph),
    stated: new Map(graph.declared?.map(({ name, shape }) => [name, shape])),
    declare(value, dims) {
      if (batch !== null) declared.push({ ...value, shape: [batch, ...dims] })
      return value
    },
  }
  const replaced = new Set<Node>()
  const names = new Map<string, string>()
  for (const node of graph.nodes) {
    const write = lowering(node, known)
    if (!write) continue
    replaced.add(node)
    const written = builder.within(node.name, () => write(builder))
    const values: readonly Value[] = 'name' in written ? [written] : written
    values.forEach(({ name }, i) => {
      names.set(name, node.outputs[i] as string)
    })
  }
  if (replaced.size === 0) return graph
  const written = builder.finish()
  const nodes = written.nodes
    .filter((node) => !replaced.has(node))
    .map((node) =>
      node.outputs.some((name) => names.has(name))
        ? { ...node, outputs: node.outputs.map((name) => names.get(name) ?? name) }
        : node,
    )
  return dropDead(ordered({ ...written, nodes, declared: [...(graph.declared ?? []), ...declared] }))
}

/** The shape of a value as it was measured or declared; of a mask that a lowering wrote, that of what it was made of. */
export function dimsOf(known: Known, value: string): readonly Dimension[] | undefined {
  const { graph, measured, stated } = known
  const dims = measured.shapes.get(value)?.dims ?? stated.get(value)
  if (dims) return dims
  const mask = maskOf(graph, value)
  return mask && dimsOf(known, mask.y)
}
