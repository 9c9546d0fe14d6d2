/**
 * ONNX Runtime's x64 kernels keep images in blocks of channels (NCHWc) between the operators that know that layout, and reorder
 * them for all others. Which values of the forward graph lie in blocks: what convolutions and the operators behind them make.
 */

import { attributesOf, constantOf, type Graph, type Node, numbersOf, producers } from '../onnx/index.ts'

/** Operators that keep the layout of their inputs, if all have it. */
const keeping: ReadonlySet<string> = new Set(
  'Relu Clip Sigmoid Tanh HardSigmoid LeakyRelu BatchNormalization MaxPool AveragePool GlobalAveragePool Add Sum Mul Concat Dropout Identity'.split(
    ' ',
  ),
)

/** Whether a value lies in blocks, as far as its makers tell. */
export function liesInBlocks(graph: Graph, value: string): boolean {
  let known = layouts.get(graph)
  if (!known) {
    known = new Map()
    layouts.set(graph, known)
  }
  const found = known.get(value)
  if (found !== undefined) return found
  known.set(value, false)
  const node = producers(graph).get(value)
  const result = node !== undefined && node.domain === '' && inBlocks(graph, node)
  known.set(value, result)
  return result
}

const layouts = new WeakMap<Graph, Map<string, boolean>>()

function inBlocks(graph: Graph, node: Node): boolean {
  if (node.op === 'Conv') return blockedConvolution(graph, node)
  if (node.op === 'Resize') return blockedResize(graph, node) && liesInBlocks(graph, node.inputs[0] ?? '')
  if (!keeping.has(node.op)) return false
  const images = node.op === 'BatchNormalization' || node.op === 'Clip' ? node.inputs.slice(0, 1) : node.inputs
  const numbers = (name: string) => node.op === 'Mul' && constantOf(graph, name)?.dims.length === 0
  return images.every((name) => liesInBlocks(graph, name) || numbers(name))
}

/** Of two spatial axes, with weights that do not change, not in groups or depthwise. */
export function blockedConvolution(graph: Graph, node: Node): boolean {
  const attributes = attributesOf(node)
  const group = attributes.int('group', 1)
  const dims = constantOf(graph, node.inputs[1] ?? '')?.dims
  if (dims) return dims.length === 4 && (group === 1 || (dims[1] === 1 && dims[0] === group))
  return attributes.ints('kernel_shape')?.length === 2 && isSettled(graph, node.inputs[1] ?? '')
}

/** The nearest neighbour, as the blocks know it. */
export const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }

/** Each pixel repeated, whole numbers of times. */
function blockedResize(graph: Graph, node: Node): boolean {
  const { string } = attributesOf(node)
  const [batch, channels, ...scales] = numbersOf(graph, node.inputs[2] ?? '') ?? []
  return (
    node.inputs.length === 3 &&
    string('mode', 'nearest') === nearest.mode &&
    string('coordinate_transformation_mode', 'half_pixel') === nearest.coordinate_transformation_mode &&
    string('nearest_mode', 'round_prefer_floor') === nearest.nearest_mode &&
    batch === 1 &&
    channels === 1 &&
    scales.length === 2 &&
    scales.every(Number.isInteger)
  )
}

/** What the engine computes once, when it loads the graph: weights in half precision, flipped kernels. */
export function isSettled(graph: Graph, value: string): boolean {
  if (constantOf(graph, value)) return true
  const node = producers(graph).get(value)
  return node !== undefined && moving.has(node.op) && isSettled(graph, node.inputs[0] ?? '')
}

const moving: ReadonlySet<string> = new Set('Cast Reshape Transpose Slice Squeeze Unsqueeze'.split(' '))

/** A convolution of single pixels. */
export function isPoint(node: Node, group: number): boolean {
  const { ints, int } = attributesOf(node)
  const none = (list: readonly number[] | undefined, value: number) => list?.every((entry) => entry === value) ?? true
  return (
    ints('kernel_shape')?.length === 2 &&
    none(ints('kernel_shape'), 1) &&
    none(ints('strides'), 1) &&
    none(ints('pads'), 0) &&
    int('group', 1) === group
  )
}
