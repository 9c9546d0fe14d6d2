/** A graph as text that one can read and diff: one line a node, in the order in which they run. */

import type { Attribute, Constant, Dimension, Graph, Node, ValueInfo } from './graph.ts'

export function print(graph: Graph): string {
  return [
    ...graph.inputs.map((info) => `input ${typed(info)}${graph.constants.has(info.name) ? ' = default' : ''}`),
    ...[...graph.constants].map(([name, value]) => `constant ${name}: ${printConstant(value)}`),
    ...graph.nodes.map(printNode),
    ...graph.outputs.map((info) => `output ${typed(info)}`),
  ].join('\n')
}

/** `y = Conv(x, w) { strides: [2, 2] }` */
export function printNode(node: Node): string {
  const outputs = node.outputs.map((name) => name || '_').join(', ')
  const inputs = node.inputs.map((name) => name || '_').join(', ')
  const operator = node.domain ? `${node.domain}:${node.op}` : node.op
  const entries = Object.entries(node.attributes)
  const attributes = entries.length
    ? ` { ${entries.map(([name, value]) => `${name}: ${printAttribute(value)}`).join(', ')} }`
    : ''
  return `${outputs} = ${operator}(${inputs})${attributes}`
}

/** `float32[N, 3, 224, 224]`; `?` for an unknown dimension. */
export function printType(dtype: string, shape: readonly Dimension[] | undefined): string {
  return `${dtype}${shape ? `[${shape.map((d) => d ?? '?').join(', ')}]` : ''}`
}

const typed = (info: ValueInfo) => `${info.name}: ${printType(info.dtype, info.shape)}`

function printConstant(value: Constant): string {
  const type = printType(value.dtype, value.dims)
  const size = value.dims.reduce((a, b) => a * b, 1)
  if (size > 8) return type
  const data = value.read().data
  return `${type} = ${value.dims.length === 0 ? data[0] : `[${Array.from(data as ArrayLike<unknown>, String).join(', ')}]`}`
}

function printAttribute(attribute: Attribute): string {
  switch (attribute.type) {
    case 'tensor':
      return printConstant(attribute.value)
    case 'graph':
      return `{ ${print(attribute.value).replaceAll('\n', '; ')} }`
    case 'graphs':
      return `${attribute.value.length} graphs`
    case 'opaque':
      return '…'
    case 'ints':
    case 'floats':
    case 'strings':
      return `[${attribute.value.join(', ')}]`
    case 'float':
      return String(Math.fround(attribute.value))
    default:
      return String(attribute.value)
  }
}
