/**
 * Values of one number a channel, spread over the image: gates of squeeze-and-excitation, gradients of global averages. ONNX
 * Runtime multiplies in blocks only what has the same size, and would take the whole image out of the blocks; a nearest
 * neighbour Resize spreads the few numbers inside. Sums over the image are averages there.
 */

import {
  attributesOf,
  type Builder,
  constantOf,
  consumers,
  type Graph,
  maker,
  type Node,
  numberOf,
  numbersOf,
  type Value,
} from '../onnx/index.ts'
import { float32 } from '../tensor/index.ts'
import { blockedConvolution, liesInBlocks, nearest } from './blocked.ts'
import { perChannel } from './masks.ts'
import { dimsOf, type Known, type Lowering } from './rewrite.ts'

export const blockedSpread: Lowering = (node, known) => {
  const { graph, dtypes } = known
  const [first = '', second = ''] = node.inputs
  if (node.domain !== '' || dtypes.get(first) !== 'float32') return undefined
  if (node.op === 'Expand') {
    const [one, also, ...size] = numbersOf(graph, second) ?? []
    if (one !== 1 || also !== 1 || size.length !== 2) return undefined
    const [few, factor] = unscaled(graph, first)
    const [flat, channels] = [sizeOf(known, few), channelsOf(known, node)]
    if (flat && area(flat) !== 1) return undefined
    if (liesInBlocks(graph, first)) return (builder) => spread(known, builder, builder.value(first), size)
    if (!flat || channels === undefined || !isReadInBlocks(graph, node)) return undefined
    return (builder) => spread(known, builder, perChannel(builder, builder.value(few), channels, factor), size)
  }
  if (node.op === 'Mul') {
    for (const [image, gate] of [
      [first, second],
      [second, first],
    ] as const) {
      const [size, flat] = [sizeOf(known, image), sizeOf(known, gate)]
      if (!size || !flat || area(flat) !== 1 || area(size) === 1) continue
      if (!liesInBlocks(graph, image) || !liesInBlocks(graph, gate)) continue
      return (builder) => builder.op.Mul(builder.value(image), shared(known, builder, gate, size))
    }
    return undefined
  }
  if (node.op !== 'ReduceSum' || attributesOf(node).int('keepdims', 1) !== 1) return undefined
  const product = maker(graph, first, 'Mul')
  const size = product && (sizeOf(known, product.inputs[0]) ?? sizeOf(known, product.inputs[1]))
  if (`${numbersOf(graph, second)}` !== '2,3' || !size || area(size) === 1 || !liesInBlocks(graph, first))
    return undefined
  const channels = channelsOf(known, node)
  return (builder) => {
    const mean = builder.op.GlobalAveragePool(builder.value(first))
    return channels === undefined ? builder.op.Mul(mean, area(size)) : perChannel(builder, mean, channels, area(size))
  }
}

const area = ([height = 1, width = 1]: readonly number[]) => height * width

/** Height and width of a value of four axes. */
function sizeOf(known: Known, value = ''): readonly number[] | undefined {
  const dims = dimsOf(known, value)
  const size = dims?.length === 4 ? dims.slice(2) : []
  return size.length === 2 && size.every((dim) => typeof dim === 'number') ? (size as number[]) : undefined
}

function spread(known: Known, builder: Builder, value: Value, size: readonly number[]): Value {
  const scales = builder.shared(`fovea/scales ${size}`, () => float32([4], [1, 1, ...size]))
  const image = builder.op.Resize(value, null, scales, nearest)
  const channels = dimsOf(known, value.name)?.[1]
  return typeof channels === 'number' ? known.declare(image, [channels, ...size]) : image
}

function channelsOf(known: Known, { outputs: [value = ''] }: Node): number | undefined {
  const channels = dimsOf(known, value)?.[1]
  return typeof channels === 'number' ? channels : undefined
}

/** A value, and the number that it is multiplied by. */
function unscaled(graph: Graph, value: string): [value: string, factor: number] {
  const [factored, number] = maker(graph, value, 'Mul')?.inputs ?? []
  const factor = constantOf(graph, number ?? '')?.dims.length === 0 ? numberOf(graph, number) : undefined
  return factored === undefined || factor === undefined ? [value, 1] : [factored, factor]
}

/** Whether a reader has its other image in blocks, or takes this one there. */
function isReadInBlocks(graph: Graph, { outputs: [value = ''] }: Node): boolean {
  const readers = consumers(graph).get(value) ?? []
  return readers.some((reader) => {
    if (reader.op === 'Conv') return blockedConvolution(graph, reader)
    const others = reader.inputs.filter((name) => name !== value)
    return /^(Add|Mul)$/.test(reader.op) && others.length > 0 && others.every((name) => liesInBlocks(graph, name))
  })
}

/** Once for each value: forward and backward multiply by the same gate. */
function shared(known: Known, builder: Builder, value: string, size: readonly number[]): Value {
  const all = made.get(builder) ?? new Map<string, Value>()
  made.set(builder, all)
  const key = `${value} ${size}`
  const image = all.get(key) ?? spread(known, builder, builder.value(value), size)
  all.set(key, image)
  return image
}

const made = new WeakMap<Builder, Map<string, Value>>()
