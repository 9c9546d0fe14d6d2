/** Operators whose result has the sizes of their first input, or of their operands together. */

import { sizeOf } from '../../tensor/index.ts'
import { axisFromFront, broadcast, each, isSame, one, type ShapeRule } from './rule.ts'

/** Element by element, or along axes that stay. */
const same: ShapeRule = ({ dims, node }) => node.outputs.map(() => dims(0))

/** Operands of one type, as ONNX Runtime demands. */
const together: ShapeRule = one(({ node, dims, dtype }) => {
  const first = node.op === 'Where' ? 1 : 0
  const operands = [...node.inputs.keys()].slice(first)
  if (node.op !== 'Pow' && operands.some((i) => dtype(i) !== dtype(first))) return undefined
  return broadcast(...node.inputs.map((_, i) => dims(i)))
})

/** One scale and one shift a channel; more outputs are those of training. */
const perChannel: ShapeRule = one(({ node, dims }) => {
  const channels = dims(0)[1]
  const fits = node.inputs.every((_, i) => i === 0 || (dims(i).length === 1 && dims(i)[0] === channels))
  return node.outputs.length === 1 && dims(0).length >= 2 && fits ? dims(0) : undefined
})

const alongLast: ShapeRule = one(({ node, dims, attributes }) => {
  const rank = dims(0).length
  const axis = axisFromFront(attributes.int('axis', -1), rank)
  if (axis === undefined || node.outputs.length > 1) return undefined
  const normalized = dims(0).slice(axis)
  return node.inputs.every((name, i) => i === 0 || name === '' || isSame(dims(i), normalized)) ? dims(0) : undefined
})

const prelu: ShapeRule = one(({ dims }) => {
  const all = broadcast(dims(0), dims(1))
  return all && isSame(all, dims(0)) ? all : undefined
})

const alongAxis: ShapeRule = one(({ dims, attributes }) =>
  axisFromFront(attributes.int('axis', -1), dims(0).length) === undefined ? undefined : dims(0),
)

const dequantize: ShapeRule = one(({ dims }) => (sizeOf(dims(1)) === 1 ? dims(0) : undefined))

const trilu: ShapeRule = one(({ dims }) => (dims(0).length < 2 ? undefined : dims(0)))

export const elementwise: Readonly<Record<string, ShapeRule>> = {
  ...each(
    'Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Cast Ceil Celu Clip Cos Cosh Dropout Elu Erf Exp Floor Gelu HardSigmoid ' +
      'HardSwish Identity IsInf IsNaN LeakyRelu Log Mish Neg Not Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh ' +
      'Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu',
    same,
  ),
  ...each(
    'Add And BitwiseAnd BitwiseOr BitwiseXor Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow ' +
      'Sub Sum Where Xor',
    together,
  ),
  ...each('BatchNormalization InstanceNormalization', perChannel),
  ...each('LayerNormalization RMSNormalization', alongLast),
  ...each('Softmax LogSoftmax Hardmax LpNormalization', alongAxis),
  ...each('QuantizeLinear DequantizeLinear', dequantize),
  PRelu: prelu,
  Trilu: trilu,
}
