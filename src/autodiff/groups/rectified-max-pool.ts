/**
 * The maximum of what a ReLU made (or of several side by side): a winner above 0 is one before the ReLU, too, and others get no
 * gradient. So the mask is that of the maxima, a fraction of the pixels. The rule sees what the pool was given, too.
 */

import { attributesOf, type Graph, maker, type Node } from '../../onnx/index.ts'
import type { Group, Setting } from './index.ts'

export const rectifiedMaxPool: Group = {
  op: 'RectifiedMaxPool',
  of: ['Relu', 'MaxPool', 'Concat'],
  find(node, setting) {
    const [image = ''] = node.inputs
    if (node.op !== 'MaxPool' || (node.outputs[1] ?? '') !== '' || setting.isRead(image, node)) return undefined
    const [output = ''] = node.outputs
    const relu = rectifier(setting, image, node)
    if (relu) return { others: [relu], inputs: [relu.inputs[0] as string], outputs: [output, image] }
    const concat = besides(setting.graph, image)
    const relus = concat?.inputs.map((name) => rectifier(setting, name, concat))
    if (!concat || !relus?.every((one) => one !== undefined) || new Set(relus).size < relus.length) return undefined
    const inputs = relus.map((one) => one.inputs[0] as string)
    return { others: [concat, ...relus], inputs, outputs: [output, image] }
  },
}

function rectifier({ graph, isRead }: Setting, value: string, reader: Node): Node | undefined {
  return isRead(value, reader) ? undefined : maker(graph, value, 'Relu')
}

/** Channels put side by side. */
function besides(graph: Graph, value: string): Node | undefined {
  const concat = maker(graph, value, 'Concat')
  return concat && attributesOf(concat).int('axis', 0) === 1 ? concat : undefined
}
