/**
 * A strided convolution went backwards phase by phase (autodiff/gradient/phases.ts). If a mask and a 1x1 convolution follow, each
 * phase can go through them by itself, and the weaving, which leaves the blocked layout and is nothing but movement, waits: behind the
 * expansion of a MobileNet until there is a sixth to weave, in a bottleneck of a ResNet until the shortcut is woven, too (woven.ts).
 * (Factors other than masks would have to be taken apart first, which costs what it saves.)
 */

import {
  type Builder,
  constantOf,
  type Graph,
  isReadOnce,
  maker,
  type Node,
  numbersOf,
  type Value,
  type Woven,
  weave,
  wovenOf,
} from '../onnx/index.ts'
import { float32 } from '../tensor/index.ts'
import { isPoint } from './blocked.ts'
import { type Mask, maskOf } from './masks.ts'
import { type Lowering } from './rewrite.ts'

export const lateWeaving: Lowering = (node, { graph }) => {
  if (node.op !== 'Conv' || node.domain !== '' || node.inputs.length !== 2 || !isPoint(node, 1)) return undefined
  const scaled = maker(graph, node.inputs[0], 'Mul')
  if (!scaled || !isReadOnce(graph, scaled.outputs[0] as string)) return undefined
  for (const [image, factor] of [scaled.inputs, scaled.inputs.toReversed()] as const) {
    const woven = wovenOf(graph, image)
    const mask = woven && maskOf(graph, factor)
    const whole = woven && woven.dims[0] > 0 && !woven.rows.flat().includes(null)
    if (whole && mask) return (builder) => later(graph, builder, node, woven, mask)
  }
  return undefined
}

function later(graph: Graph, builder: Builder, node: Node, { rows, dims }: Woven, mask: Mask): Value {
  const { op } = builder
  const [channels, height, width] = dims
  const weights = builder.value(node.inputs[1] as string)
  const strides = [rows.length, (rows[0] as readonly string[]).length] as const
  const phases = rows.map((row, down) =>
    row.map((phase, along) => {
      const part = op.Mul(builder.value(phase as string), maskAt(builder, mask, channels, strides, [down, along]))
      return op.Conv(part, weights, { kernel_shape: [1, 1] })
    }),
  )
  return weave(op, phases, [filtersOf(graph, node), height, width])
}

/** How many channels a convolution makes, if its weights, or what shapes them (autodiff/gradient/convolution.ts), say so: else -1. */
function filtersOf(graph: Graph, { inputs: [, weights = ''] }: Node): number {
  const shape = numbersOf(graph, maker(graph, weights, 'Reshape')?.inputs[1])
  const [filters = -1] = constantOf(graph, weights)?.dims ?? shape ?? []
  return filters > 0 ? filters : -1
}

/** The mask of one phase: the convolution that the clip is fused with picks its pixels, by the last tap of a kernel that reaches them. */
function maskAt(
  builder: Builder,
  { value, scale, clip }: Mask,
  channels: number,
  strides: readonly [number, number],
  [down, along]: readonly [number, number],
): Value {
  const kernel = [down + 1, along + 1]
  const dims = [channels, 1, ...kernel]
  const size = (down + 1) * (along + 1)
  const weights = builder.shared(`fovea/${scale}x${dims}:last`, () =>
    float32(
      dims,
      Float32Array.from({ length: channels * size }, (_, i) => ((i + 1) % size === 0 ? scale : 0)),
    ),
  )
  const picked = builder.op.Conv(builder.value(value), weights, {
    kernel_shape: kernel,
    strides: [...strides],
    group: channels,
  })
  return builder.op.HardSigmoid(picked, clip.attributes)
}
