/**
 * The channels of a convolution that are split at once, as where branches were put side by side: convolutions with the rows of
 * the weights that belong to each part. Nothing is copied, and in ONNX Runtime nothing leaves the blocks.
 */

import { attributesOf, constantOf, isReadOnce, maker } from '../onnx/index.ts'
import { numbers } from '../tensor/index.ts'
import { isSettled } from './blocked.ts'
import { type Lowering } from './rewrite.ts'

export const splitConvolutions: Lowering = (node, { graph }) => {
  if (node.op !== 'Split' || node.domain !== '' || attributesOf(node).int('axis', 0) !== 1) return undefined
  const [image = '', sizes = ''] = node.inputs
  const conv = maker(graph, image, 'Conv')
  const counts = constantOf(graph, sizes)
  if (!conv || !counts || conv.inputs.length !== 2 || !isReadOnce(graph, image)) return undefined
  if (attributesOf(conv).int('group', 1) !== 1 || !isSettled(graph, conv.inputs[1] as string)) return undefined
  return (builder) => {
    const { op } = builder
    const [x = '', weights = ''] = conv.inputs
    let from = 0
    return Array.from(numbers(counts.read()), (count) => {
      const rows = op.Slice(builder.value(weights), [from], [from + count], [0])
      from += count
      return op.Conv(builder.value(x), rows, conv.attributes)
    })
  }
}
