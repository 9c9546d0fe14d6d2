/** Which operators have a gradient, which pass none by nature, and what is said about the rest. */

import { FoveaError } from '../error/index.ts'
import { type Node, operatorKey } from '../onnx/index.ts'

const list = (words: string) => words.trim().split(/\s+/)

/** Results that do not change, or change only in jumps, when their inputs move: their derivative is zero everywhere. */
export const flat: ReadonlySet<string> = new Set(
  list(`
    Shape Size ConstantOfShape Constant EyeLike OneHot HannWindow HammingWindow BlackmanWindow MelWeightMatrix
    Round Floor Ceil Sign ArgMax ArgMin NonZero Hardmax NonMaxSuppression Unique
    Equal Less Greater LessOrEqual GreaterOrEqual And Or Not Xor IsNaN IsInf
    BitShift BitwiseAnd BitwiseOr BitwiseNot BitwiseXor BitCast
    RandomNormal RandomUniform RandomNormalLike RandomUniformLike Bernoulli Multinomial
    StringNormalizer StringConcat StringSplit RegexFullMatch TfIdfVectorizer ImageDecoder SequenceLength OptionalHasElement`),
)

const because = (reason: string, operators: string) => list(operators).map((operator) => [operator, reason] as const)

/** Operators of old opsets that are other operators by the time a model has been read. */
export const lifted: Readonly<Record<string, string>> = { Scatter: 'ScatterElements', Upsample: 'Resize' }

/** Operators without a rule, and why. */
export const refused: Readonly<Record<string, string>> = Object.fromEntries([
  ...because(
    'lists of tensors and optional values carry no gradient in Fovea',
    'ConcatFromSequence SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceMap SplitToSequence Optional OptionalGetElement',
  ),
  ...because('it takes maxima in regions whose edges are rounded; use RoiAlign', 'MaxRoiPool'),
  ...because('which branch it takes depends on the image', 'If'),
  ...because('loops are not differentiated; export the model with the loop unrolled', 'Loop Scan'),
  ...because('recurrent networks are not differentiated', 'RNN GRU LSTM'),
  ...because(
    'it belongs to training; explain the scores before it',
    'NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss',
  ),
  ...because(
    'it computes in integers; quantise with QuantizeLinear and DequantizeLinear (QDQ)',
    'QLinearConv QLinearMatMul',
  ),
  ...because('its gradient needs a matrix inverse, which ONNX does not have', 'Det'),
  ...because('it is an operator for sound', 'STFT'),
  ...because('ONNX Runtime does not run it yet', 'CausalConvWithState LinearAttention SwiGLU'),
])

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

const optimised = "ONNX Runtime's own; if its optimiser wrote it, take the file from before"

/** One error for every operator without a rule: how often, and where first. */
export function refusal(nodes: readonly Node[]): FoveaError {
  const kinds = [...new Set(nodes.map(operatorKey))].map((key) => {
    const all = nodes.filter((node) => operatorKey(node) === key)
    const first = all[0] as Node
    const times = all.length > 1 ? `${all.length} times, first ` : ''
    const reason = refused[key] ?? (first.domain.startsWith('com.m') ? optimised : undefined)
    return `${key} (${times}at node '${first.name || first.outputs[0]}'${reason ? `: ${reason}` : ''})`
  })
  const first = nodes[0] as Node
  return new FoveaError(
    'FOVEA_UNSUPPORTED_OP',
    `There is no gradient rule for ${kinds.join(', ')}. Choose a layer behind it or a method that needs no gradient; a rule is one entry in src/autodiff/gradient/.`,
    { node: first.name, op: operatorKey(first) },
  )
}
