/**
 * Of a large weight that one row an image is multiplied with, no packed copy for the way back (see packing.ts). What comes out of a
 * Reshape to a shape that is known when it runs is no constant; nothing is copied. The forward pass stays as it is.
 */

import { constantOf } from '../onnx/index.ts'
import { sizeOf } from '../tensor/index.ts'
import { meetsOneRow } from './packing.ts'
import type { Lowering } from './rewrite.ts'

/** Elements of a weight that is worth three nodes. */
const large = 2 ** 20

export const unpackedWeights: Lowering = (node, { graph, measured }) => {
  if (node.op !== 'Gemm' || node.domain !== '' || node.inputs.length !== 2) return undefined
  const [rows = '', weights = ''] = node.inputs
  const stored = constantOf(graph, weights)
  if (!stored || sizeOf(stored.dims) < large || !meetsOneRow(weights, stored, graph, measured)) return undefined
  // A forward product is measured.
  if (measured.shapes.has(rows)) return undefined
  return (builder) => {
    const { op } = builder
    const same = op.Mul(op.Shape(builder.value(rows), { end: 1 }), [0])
    const opaque = op.Reshape(builder.value(weights), op.Concat(same, [-1], { axis: 0 }))
    return op.Gemm(builder.value(rows), opaque, node.attributes)
  }
}
