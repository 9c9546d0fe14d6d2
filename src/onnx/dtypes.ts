/** The element type of every value, operator by operator. (Shapes are not inferred: the probe measures them.) */

import type { Dtype } from '../tensor/index.ts'
import { attributesOf } from './attributes.ts'
import { dtypeOf } from './data-type.ts'
import type { Graph, Node } from './graph.ts'

type Inference = (node: Node, inputs: readonly (Dtype | undefined)[]) => (Dtype | undefined)[]

const always =
  (...types: Dtype[]): Inference =>
  () =>
    types
const likeInput =
  (index: number): Inference =>
  (_, inputs) => [inputs[index]]
const likeFirstThen =
  (second: Dtype): Inference =>
  (_, inputs) => [inputs[0], second, second, second]
const byAttribute =
  (name: string, otherwise?: Dtype): Inference =>
  (node, inputs) => {
    const code = attributesOf(node).int(name, 0)
    return [code === 0 ? (otherwise ?? inputs[0]) : dtypeOf(code, `Node '${node.name}'`)]
  }

const each = (operators: string, inference: Inference) =>
  Object.fromEntries(operators.split(' ').map((op) => [op, inference]))

/** Operators whose outputs do not all have the type of their first input. */
const table: Readonly<Record<string, Inference>> = {
  ...each('Shape Size ArgMax ArgMin NonZero NonMaxSuppression', always('int64')),
  ...each('Equal Less Greater LessOrEqual GreaterOrEqual And Or Not Xor IsNaN IsInf', always('bool')),
  ...each('Where CastLike DequantizeLinear', likeInput(1)),
  ...each('OneHot', likeInput(2)),
  ...each('TopK MaxPool Unique', likeFirstThen('int64')),
  ...each('Dropout', likeFirstThen('bool')),
  ...each('MatMulInteger ConvInteger', always('int32')),
  ...each('QLinearConv QLinearMatMul', likeInput(7)),
  ...each('DynamicQuantizeLinear', always('uint8', 'float32', 'uint8')),
  ...each('RandomNormal RandomUniform HannWindow HammingWindow BlackmanWindow', byAttribute('dtype', 'float32')),
  ...each('RandomNormalLike RandomUniformLike EyeLike Bernoulli', byAttribute('dtype')),
  ...each('Multinomial', byAttribute('dtype', 'int32')),
  ...each('Cast BitCast', byAttribute('to')),
  ConstantOfShape: (node) => [typeOfTensor(node, 'value') ?? 'float32'],
  Constant: (node) => [constantType(node)],
  QuantizeLinear: (node, inputs) => [inputs[2] ?? byAttribute('output_dtype', 'uint8')(node, inputs)[0]],
  If: (node) => branchTypes(node),
}

/** ONNX Runtime has these in a domain of its own, too, for more types. */
const adopted: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear'])

/** The types of a node's outputs, as far as they follow from its inputs'. */
export function outputDtypes(node: Node, inputs: readonly (Dtype | undefined)[]): (Dtype | undefined)[] {
  const standard = node.domain === '' || (node.domain === 'com.microsoft' && adopted.has(node.op))
  const own = standard ? table[node.op] : undefined
  if (own) return own(node, inputs)
  return node.outputs.map(() => inputs[0])
}

/** The type of every value of a graph; a value whose type cannot be told is absent. */
export function valueDtypes(graph: Graph, outer: ReadonlyMap<string, Dtype> = new Map()): Map<string, Dtype> {
  const types = new Map(outer)
  for (const [name, constant] of graph.constants) types.set(name, constant.dtype)
  for (const input of graph.inputs) types.set(input.name, input.dtype)
  for (const node of graph.nodes) {
    const inferred = outputDtypes(
      node,
      node.inputs.map((name) => types.get(name)),
    )
    node.outputs.forEach((name, i) => {
      const type = graph.valueTypes.get(name) ?? inferred[i]
      if (name !== '' && type) types.set(name, type)
    })
  }
  return types
}

function typeOfTensor(node: Node, name: string): Dtype | undefined {
  const value = node.attributes[name]
  return value?.type === 'tensor' ? value.value.dtype : undefined
}

function constantType(node: Node): Dtype | undefined {
  const [name = ''] = Object.keys(node.attributes)
  if (name === 'value') return typeOfTensor(node, 'value')
  return name.startsWith('value_float') ? 'float32' : name.startsWith('value_int') ? 'int64' : 'string'
}

function branchTypes(node: Node): (Dtype | undefined)[] {
  const branch = node.attributes.then_branch
  if (branch?.type !== 'graph') return []
  const types = valueDtypes(branch.value)
  return branch.value.outputs.map(({ name, dtype }) => types.get(name) ?? dtype)
}
