/**
 * Whether the sizes that were measured may be written into a graph. With ceil_mode, ONNX's shape inference counts a last window
 * that lies in the padding and ONNX Runtime does not: an engine that infers one size and reads another refuses the graph.
 */

import { attributesOf, type Graph, type Measured, type Node } from '../onnx/index.ts'

export function hasPlainSizes(graph: Graph, measured: Measured): boolean {
  return graph.nodes.every((node) => !node.op.endsWith('Pool') || poolsAsDefined(node, measured))
}

function poolsAsDefined(node: Node, { shapes }: Measured): boolean {
  const attributes = attributesOf(node)
  if (attributes.int('ceil_mode', 0) === 0) return true
  const [wide, narrow] = [node.inputs[0], node.outputs[0]].map((name) => shapes.get(name ?? '')?.dims.slice(2))
  const kernel = attributes.ints('kernel_shape')
  if (!wide || !narrow || !kernel || attributes.string('auto_pad', 'NOTSET') !== 'NOTSET') return false
  const rank = kernel.length
  const ones = kernel.map(() => 1)
  const [strides, dilations] = [attributes.ints('strides') ?? ones, attributes.ints('dilations') ?? ones]
  const pads = attributes.ints('pads') ?? [...ones, ...ones].map(() => 0)
  return narrow.every((size, i) => {
    const reach = ((kernel[i] as number) - 1) * (dilations[i] as number) + 1
    const span = (wide[i] as number) + (pads[i] as number) + (pads[i + rank] as number) - reach
    return size === Math.ceil(span / (strides[i] as number)) + 1
  })
}
