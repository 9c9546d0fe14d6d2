/** 1 - s of a gate s that lies in blocks, as a 1x1 depthwise convolution: a subtraction would have s reordered, and the difference again. */

import { numberOf } from '../onnx/index.ts'
import { liesInBlocks } from './blocked.ts'
import { perChannel } from './masks.ts'
import { type Lowering } from './rewrite.ts'

export const blockedComplements: Lowering = (node, { graph, measured, dtypes }) => {
  const [one, gate = ''] = node.inputs
  if (node.op !== 'Sub' || numberOf(graph, one) !== 1 || dtypes.get(gate) !== 'float32') return undefined
  const { dims = [] } = measured.shapes.get(gate) ?? {}
  if (dims.length !== 4 || !liesInBlocks(graph, gate)) return undefined
  return (builder) => perChannel(builder, builder.value(gate), dims[1] as number, -1, 1)
}
