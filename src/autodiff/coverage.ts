/** Which operators have a gradient, which pass none by nature, and what is said about the rest. */

import { FoveaError } from '../error/index.ts'
import { type Node, operatorKey } from '../onnx/index.ts'

/** Float results that do not change, or change only in jumps, when their inputs move: their derivative is zero everywhere. */
const flat = new Set(
  `Shape Size ConstantOfShape Constant Round Floor Ceil Sign ArgMax ArgMin NonZero Equal Less Greater LessOrEqual GreaterOrEqual And Or Not Xor IsNaN IsInf
   OneHot Range EyeLike RandomNormal RandomUniform RandomNormalLike RandomUniformLike Bernoulli Multinomial NonMaxSuppression Unique Hardmax
   BitShift BitwiseAnd BitwiseOr BitwiseNot BitwiseXor HannWindow HammingWindow BlackmanWindow StringNormalizer TfIdfVectorizer`.split(
    /\s+/,
  ),
)

/** Quantisation, whose gradient goes straight through the rounding, so that it is an estimate and not a derivative. */
export const straightThrough: ReadonlySet<string> = new Set([
  'QuantizeLinear',
  'DynamicQuantizeLinear',
  'DequantizeLinear',
  'MatMulInteger',
  'ConvInteger',
  'com.microsoft:QuantizeLinear',
  'com.microsoft:DequantizeLinear',
])

/** Whether an operator passes no gradient, by its nature. */
export function isFlat(node: Node): boolean {
  return flat.has(operatorKey(node))
}

/** One error for every operator without a rule: how often, and where first. */
export function refusal(nodes: readonly Node[]): FoveaError {
  const list = [...new Set(nodes.map(operatorKey))].map((key) => {
    const all = nodes.filter((node) => operatorKey(node) === key)
    const first = all[0] as Node
    const times = all.length > 1 ? `${all.length} times, first ` : ''
    return `${key} (${times}at node '${first.name || first.outputs[0]}')`
  })
  const first = nodes[0] as Node
  return new FoveaError(
    'FOVEA_UNSUPPORTED_OP',
    `There is no gradient rule for ${list.join(', ')}. Choose a layer behind it or a method that needs no gradient; a rule is one entry in src/autodiff/gradient/.`,
    { node: first.name, op: operatorKey(first) },
  )
}
