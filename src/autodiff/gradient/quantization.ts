/**
 * Quantisation, straight through (Bengio, Léonard, Courville 2013, 1308.3432): rounding counts as the identity, and what was clipped
 * passes nothing. Gradients at integers are float: those of the codes as if they were real numbers.
 */

import { fromFront, type Value } from '../../onnx/index.ts'
import type { Dtype } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { convolution } from './convolution.ts'
import { along, converted, where } from './kinds.ts'
import { linear } from './linear.ts'

/** The least and the largest code. */
const codes: Partial<Record<Dtype, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint4: [0, 15],
  int4: [-8, 7],
  uint2: [0, 3],
  int2: [-2, 1],
  float8e4m3fn: [-448, 448],
  float8e4m3fnuz: [-240, 240],
  float8e5m2: [-57344, 57344],
  float8e5m2fnuz: [-57344, 57344],
  float4e2m1: [-6, 6],
}

/** A scale or zero point (one, or one a channel) so that it broadcasts with the tensor. */
function spread(at: Backward, value: Value): Value {
  const { dims } = at.shape(value)
  const rank = at.shape(at.x[0]).dims.length
  if (dims.length > 1) at.refuse('it is quantised in blocks')
  const axis = fromFront(at.attributes.int('axis', 1), rank)
  return dims.length === 0 || dims[0] === 1 ? value : along(at, value, axis, rank)
}

/** q = round(x / scale) + zero: dq / scale, inside of the codes. */
const quantize: Rule = (at) => {
  const { op, x, y, dy } = at
  const [least, largest] = codes[y[0].dtype] ?? at.refuse(`its codes are ${y[0].dtype}`)
  const scale = converted(at, spread(at, x[1]), x[0])
  const real = op.Div(x[0], scale)
  const whole = isFloat8(y[0].dtype) ? real : op.Round(real)
  const code = at.has(2) ? op.Add(whole, op.CastLike(spread(at, x[2]), x[0])) : whole
  const inside = op.And(op.GreaterOrEqual(code, least), op.LessOrEqual(code, largest))
  return [op.Div(where(at, inside, dy), scale)]
}

const isFloat8 = (dtype: Dtype) => dtype.startsWith('float')

/** Its range follows the tensor, so that nothing is clipped; that the range moves counts for nothing. */
const dynamicQuantize: Rule = ({ op, y, gradient }) => {
  const codes = gradient(0)
  return codes ? [op.Div(codes, y[1])] : []
}

/** (q - zero) scale */
const dequantize: Rule = (at) => [at.op.Mul(at.dy, converted(at, spread(at, at.x[1]), at.dy))]

/** The gradient at the image of the same operator on real numbers, whose second factor is w - zero. */
const onReals =
  (rule: Rule, perChannel: (rank: number) => number[]): Rule =>
  (at) => {
    const { op, x, dy } = at
    if (at.wanted(1)) at.refuse('its second factor depends on the input')
    const codes = op.CastLike(x[1], dy)
    const shape = at.shape(x[1])
    const axes = at.has(3) && at.shape(x[3]).dims.length > 0 ? perChannel(shape.dims.length) : []
    const zero = () => (axes.length > 0 ? op.Unsqueeze(x[3], axes) : x[3])
    const real = at.has(3) ? op.Sub(codes, op.CastLike(zero(), dy)) : codes
    return rule({
      ...at,
      dy,
      x: [x[0], real, ...x.slice(2)] as unknown as Backward['x'],
      has: (i) => i < 2,
      wanted: (i) => i === 0,
      shape: (value) => (value === real ? shape : at.shape(value)),
    }).slice(0, 1)
  }

const noAxes = () => []
const behindTheFirst = (rank: number) => Array.from({ length: rank - 1 }, (_, i) => i + 1)

export const quantization: RuleSet = {
  QuantizeLinear: quantize,
  DynamicQuantizeLinear: dynamicQuantize,
  DequantizeLinear: dequantize,
  MatMulInteger: onReals(linear.MatMul as Rule, noAxes),
  ConvInteger: onReals(convolution.Conv as Rule, behindTheFirst),
  'com.microsoft:QuantizeLinear': quantize,
  'com.microsoft:DequantizeLinear': dequantize,
}
