/**
 * The masks of ReLU (y > 0) and ReLU6 (0 < y < 6) as 1x1 depthwise convolutions with a clip: so they stay in the blocked layout
 * in which ONNX Runtime holds y and the gradient, where comparisons would have both reordered, and the product again.
 * clip(2^127 y, 0, 1) is 1 for every positive y down to the smallest normal number (1.2e-38), 0 for others; HardSigmoid is such a clip, and
 * the only one that the engine fuses with a convolution and a sum.
 */

import {
  attributesOf,
  type Builder,
  constantOf,
  float,
  type Graph,
  maker,
  type Node,
  numberOf,
  type Value,
} from '../onnx/index.ts'
import { float32, numbers } from '../tensor/index.ts'
import { isPoint, liesInBlocks } from './blocked.ts'
import type { Lowering } from './rewrite.ts'

export const blockedMasks: Lowering = (node, { graph, measured, dtypes }) => {
  const range = node.op === 'CastLike' ? rangeOf(graph, node) : undefined
  if (!range) return undefined
  const { dims = [] } = measured.shapes.get(range.value) ?? {}
  const channels = dims[1] as number
  if (dims.length !== 4 || dtypes.get(range.value) !== 'float32' || !liesInBlocks(graph, range.value)) return undefined
  return (builder) => {
    const y = builder.value(range.value)
    const clip = (value: Value, alpha: number) => builder.op.HardSigmoid(value, { alpha: float(alpha), beta: float(0) })
    return range.below === undefined
      ? clip(perChannel(builder, y, channels, steep), 1)
      : clip(tent(builder, y, range.below, channels), -steep)
  }
}

const steep = 2 ** 127

/** A mask as it is written here: clip(scale value), pixel by pixel, of the size of y. */
export interface Mask {
  readonly y: string
  readonly value: string
  readonly scale: number
  readonly clip: Node
}

export function maskOf(graph: Graph, name: string | undefined): Mask | undefined {
  const clip = maker(graph, name, 'HardSigmoid')
  const sum = maker(graph, clip?.inputs[0], 'Add')
  const step = maker(graph, (sum ?? clip)?.inputs[0], 'Conv')
  const [y, stored] = step?.inputs ?? []
  const weights = constantOf(graph, stored ?? '')
  if (!clip || !step || !weights || step.inputs.length !== 2 || !isPoint(step, weights.dims[0] as number))
    return undefined
  const [scale, ...others] = numbers(weights.read())
  if (y === undefined || scale === undefined || others.some((other) => other !== scale)) return undefined
  if (!sum) return { y, value: y, scale, clip }
  // Other sums may be of other sizes.
  const tented = attributesOf(clip).float('alpha', 0) === -steep
  return tented ? { y, value: sum.outputs[0] as string, scale: 1, clip } : undefined
}

/** The values for which the mask is 1: above 0, and below a bound. */
interface Range {
  readonly value: string
  readonly below?: number
}

function rangeOf(graph: Graph, mask: Node): Range | undefined {
  const condition = maker(graph, mask.inputs[0], 'Greater', 'And')
  const above = condition?.op === 'And' ? maker(graph, condition.inputs[0], 'Greater') : condition
  const value = above?.inputs[0]
  if (!value || numberOf(graph, above.inputs[1]) !== 0) return undefined
  if (condition?.op === 'Greater') return { value }
  const less = maker(graph, condition?.inputs[1], 'Less')
  const below = numberOf(graph, less?.inputs[1])
  return less?.inputs[0] === value && below !== undefined ? { value, below } : undefined
}

/** -min(y, below - y): 0 at both ends of the range, where y lies, and negative inside. Exact: so is 2 y - below where it is positive. */
function tent(builder: Builder, y: Value, below: number, channels: number): Value {
  const beyond = builder.op.Relu(perChannel(builder, y, channels, 2, -below))
  return builder.op.Add(perChannel(builder, y, channels, -1), beyond)
}

/** scale x + offset, as the blocked layout knows it. */
export function perChannel(builder: Builder, x: Value, channels: number, scale: number, offset = 0): Value {
  const store = (dims: number[], value: number) =>
    builder.shared(`fovea/${value}x${dims}`, () => float32(dims, new Float32Array(channels).fill(value)))
  const weights = store([channels, 1, 1, 1], scale)
  const bias = offset === 0 ? null : store([channels], offset)
  return builder.op.Conv(x, weights, ...(bias ? [bias] : []), { kernel_shape: [1, 1], group: channels })
}
