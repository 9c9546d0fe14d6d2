/**
 * A strided convolution went backwards phase by phase (autodiff/gradient/phases.ts). If a mask and a 1x1 convolution to fewer
 * channels follow, each phase can go through them by itself, and the weaving waits until there is little to weave: it leaves the
 * blocked layout, and is nothing but movement. Behind the expansion of a MobileNet that is a sixth. (Factors other than masks
 * would have to be taken apart first, which costs what it saves.)
 */

import {
  attributesOf,
  type Builder,
  constantOf,
  consumers,
  type Graph,
  maker,
  type Node,
  type Value,
  weave,
} from '../onnx/index.ts'
import { float32, numbers } from '../tensor/index.ts'
import { isPoint } from './blocked.ts'
import { type Mask, maskOf } from './masks.ts'
import { type Lowering } from './rewrite.ts'

export const lateWeaving: Lowering = (node, { graph }) => {
  if (node.op !== 'Conv' || node.domain !== '' || node.inputs.length !== 2 || !isPoint(node, 1)) return undefined
  const scaled = maker(graph, node.inputs[0], 'Mul')
  if (!scaled || readers(graph, scaled) !== 1) return undefined
  for (const [image, factor] of [scaled.inputs, scaled.inputs.toReversed()] as const) {
    const woven = wovenOf(graph, image)
    const mask = woven && maskOf(graph, factor)
    if (woven && mask) return (builder) => later(builder, node, woven, mask)
  }
  return undefined
}

/** Phases in rows, and the channels, height and width of what is woven of them. */
interface Woven {
  readonly rows: readonly (readonly string[])[]
  readonly dims: readonly [channels: number, height: number, width: number]
}

const readers = (graph: Graph, node: Node) => consumers(graph).get(node.outputs[0] as string)?.length ?? 0

function wovenOf(graph: Graph, image: string | undefined): Woven | undefined {
  const reshape = maker(graph, image, 'Reshape')
  const rows = maker(graph, reshape?.inputs[0], 'Concat')
  if (!reshape || !rows || readers(graph, reshape) !== 1 || attributesOf(rows).int('axis', 0) !== 3) return undefined
  const phases = rows.inputs.map((name) => {
    const row = maker(graph, name, 'Concat')
    if (!row || attributesOf(row).int('axis', 0) !== 5) return []
    return row.inputs.flatMap((part) => maker(graph, part, 'Unsqueeze')?.inputs[0] ?? [])
  })
  const stored = constantOf(graph, reshape.inputs[1] ?? '')
  const [, channels = 0, height = 0, width = 0] = stored ? Array.from(numbers(stored.read())) : []
  const [across = 0] = phases.map((row) => row.length)
  const whole = across > 1 && phases.every((row) => row.length === across) && rows.inputs.length === phases.length
  return whole && height % phases.length === 0 && width % across === 0
    ? { rows: phases, dims: [channels, height, width] }
    : undefined
}

function later(builder: Builder, node: Node, { rows, dims }: Woven, mask: Mask): Value {
  const { op } = builder
  const [channels, height, width] = dims
  const weights = builder.value(node.inputs[1] as string)
  const strides = [rows.length, (rows[0] as readonly string[]).length] as const
  const phases = rows.map((row, down) =>
    row.map((phase, along) => {
      const part = op.Mul(builder.value(phase), maskAt(builder, mask, channels, strides, down * strides[1] + along))
      return op.Conv(part, weights, { kernel_shape: [1, 1] })
    }),
  )
  return weave(op, phases, [-1, height, width])
}

/** The mask of one phase: the convolution that the clip is fused with picks its pixels. */
function maskAt(
  builder: Builder,
  { value, scale, clip }: Mask,
  channels: number,
  strides: readonly [number, number],
  place: number,
): Value {
  const dims = [channels, 1, ...strides]
  const size = strides[0] * strides[1]
  const weights = builder.shared(`fovea/${scale}x${dims}:${place}`, () =>
    float32(
      dims,
      Float32Array.from({ length: channels * size }, (_, i) => (i % size === place ? scale : 0)),
    ),
  )
  const picked = builder.op.Conv(builder.value(value), weights, {
    kernel_shape: [...strides],
    strides: [...strides],
    group: channels,
  })
  return builder.op.HardSigmoid(picked, clip.attributes)
}
