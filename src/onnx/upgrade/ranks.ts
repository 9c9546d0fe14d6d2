/** How many dimensions values have, where it follows from the graph alone: enough to recognise a last axis. */

import { attributesOf } from '../attributes.ts'
import { constantOf, type Graph, type Node } from '../graph.ts'

type Rank = number | undefined

const words = (text: string) => new Set(text.split(' '))

/** Operators whose outputs have the rank of their first input. */
const same = words(
  'Abs BatchNormalization Cast Ceil Clip Concat Conv ConvTranspose AveragePool Dropout Elu Erf Exp Floor ' +
    'GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Identity InstanceNormalization LRN LayerNormalization ' +
    'LeakyRelu Log LogSoftmax MaxPool Neg Pad PRelu Reciprocal Relu Resize Selu Sigmoid Slice Softmax Softplus Split ' +
    'Sqrt Tanh Transpose Upsample',
)
/** Operators that broadcast their inputs. */
const broadcast = words('Add Div Max Mean Min Mul Pow Sub Sum Where')
const two = words('Flatten Gemm')

/** The rank of every value of a graph in order; a value whose rank cannot be told is absent. */
export function valueRanks(graph: Graph, outer: ReadonlyMap<string, number> = new Map()): Map<string, number> {
  const ranks = new Map(outer)
  for (const [name, constant] of graph.constants) ranks.set(name, constant.dims.length)
  for (const { name, shape } of graph.inputs)
    if (shape) ranks.set(name, shape.length)
    else ranks.delete(name)
  for (const node of graph.nodes) {
    const rank = node.domain === '' ? rankOf(node, graph, ranks) : undefined
    if (rank !== undefined) for (const name of node.outputs) ranks.set(name, rank)
  }
  return ranks
}

function rankOf(node: Node, graph: Graph, ranks: ReadonlyMap<string, number>): Rank {
  const rank = (index: number): Rank => ranks.get(node.inputs[index] ?? '')
  if (two.has(node.op)) return 2
  if (same.has(node.op)) return rank(0)
  if (broadcast.has(node.op)) return all(node.inputs.map((_, i) => rank(i)))((...values) => Math.max(...values))
  switch (node.op) {
    case 'Constant':
      return constantOf(graph, node.outputs[0] ?? '')?.dims.length
    case 'Reshape':
      return constantOf(graph, node.inputs[1] ?? '')?.dims[0]
    case 'MatMul':
      return all([rank(0), rank(1)])((a, b) => (a < 2 || b < 2 ? undefined : Math.max(a, b)))
    case 'Gather':
      return all([rank(0), rank(1)])((a, b) => a + b - 1)
    case 'Squeeze':
      return all([rank(0), axesOf(node, graph)])((a, axes) => a - axes)
    case 'Unsqueeze':
      return all([rank(0), axesOf(node, graph)])((a, axes) => a + axes)
  }
  const keeps = node.op.startsWith('Reduce') && attributesOf(node).int('keepdims', 1) === 1
  return keeps ? rank(0) : undefined
}

function axesOf(node: Node, graph: Graph): Rank {
  return attributesOf(node).ints('axes')?.length ?? constantOf(graph, node.inputs[1] ?? '')?.dims[0]
}

const all = (ranks: readonly Rank[]) => (combine: (a: number, b: number, ...more: number[]) => Rank) =>
  ranks.includes(undefined) ? undefined : combine(...(ranks as [number, number]))
