/**
 * A matrix product times a number: the number goes into the product, which scales anyway. (ONNX Runtime does that by itself for
 * MatMul only.)
 */

import { attributesOf, constantOf, float, isReadOnce, maker, numberOf } from '../onnx/index.ts'
import { type Lowering } from './rewrite.ts'

export const scaledProducts: Lowering = (node, { graph }) => {
  if (node.op !== 'Mul' || node.domain !== '') return undefined
  const [a = '', b = ''] = node.inputs
  const [product, other] = numberOf(graph, b) === undefined ? [b, a] : [a, b]
  const factor = numberOf(graph, other)
  const reshape = maker(graph, product, 'Reshape')
  const gemm = maker(graph, reshape ? reshape.inputs[0] : product, 'Gemm')
  if (factor === undefined || !gemm || gemm.inputs.length > 2) return undefined
  if ((constantOf(graph, other)?.dims.length ?? 0) > 1) return undefined
  if (!isReadOnce(graph, product) || !isReadOnce(graph, gemm.outputs[0] as string)) return undefined
  const alpha = factor * attributesOf(gemm).float('alpha', 1)
  return (builder) => {
    const { op } = builder
    const [left = '', right = ''] = gemm.inputs
    const scaled = op.Gemm(builder.value(left), builder.value(right), { ...gemm.attributes, alpha: float(alpha) })
    return reshape ? op.Reshape(scaled, builder.value(reshape.inputs[1] as string)) : scaled
  }
}
