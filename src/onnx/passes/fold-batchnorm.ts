/**
 * Folds a BatchNormalization into the Conv, ConvTranspose or Gemm that feeds it, and a bias added in between:
 * BN(W x + b) = (a W) x + a (b - mean) + beta with a = gamma / sqrt(variance + epsilon), one number per output channel.
 */

import { type Dtype, numbers, type Tensor } from '../../tensor/index.ts'
import { attributesOf, float } from '../attributes.ts'
import { usesOf } from '../check.ts'
import { type Constant, constant, constantOf, type Graph, type Node, producers } from '../graph.ts'
import { Names } from '../names.ts'
import { floatTensor } from '../tensor-message.ts'
import { dropDead } from './drop-dead.ts'

/** Folds wherever the weights are constants and nothing else reads what lies between; other BatchNormalizations stay. */
export function foldBatchNorm(graph: Graph): Graph {
  const names = new Names({ graph, functions: [] })
  const readers = countReaders(graph)
  const constants = new Map(graph.constants)
  const replaced = new Map<Node, Node | null>()
  for (const node of graph.nodes) {
    const found = node.op === 'BatchNormalization' && node.domain === '' ? match(graph, node, readers) : undefined
    if (!found) continue
    const { linear, bias, affine } = found
    const store = (name: string, tensor: Tensor) => {
      const unique = names.unique(`${linear.name || linear.outputs[0]}/${name}`)
      constants.set(unique, constant(tensor))
      return unique
    }
    replaced.set(linear, null)
    if (bias) replaced.set(bias, null)
    const folded = fold(found)
    const inputs = [linear.inputs[0] as string, store('weights', folded.weights), store('bias', folded.bias)]
    const attributes = linear.op === 'Gemm' ? { ...linear.attributes, beta: float(1) } : linear.attributes
    replaced.set(affine, { ...linear, inputs, outputs: affine.outputs, attributes })
  }
  if (replaced.size === 0) return graph
  const nodes = graph.nodes.map((node) => (replaced.has(node) ? replaced.get(node) : node))
  return dropDead({ ...graph, constants, nodes: nodes.filter((node): node is Node => node != null) })
}

/** The linear node, the node that adds a constant bias to it (if there is one), and the normalisation behind. */
interface Found {
  readonly linear: Node
  readonly bias?: Node
  readonly affine: Node
  readonly weights: Constant
  /** What is added per channel before the normalisation. */
  readonly added: Float64Array
  readonly slope: Float64Array
  readonly offset: Float64Array
}

function match(graph: Graph, affine: Node, readers: ReadonlyMap<string, number>): Found | undefined {
  if (attributesOf(affine).int('training_mode', 0) !== 0 || affine.outputs.slice(1).some(Boolean)) return undefined
  const made = (name = '') => (readers.get(name) === 1 ? producers(graph).get(name) : undefined)
  const behind = made(affine.inputs[0])
  const bias = behind?.op === 'Add' ? behind : undefined
  const side = bias?.inputs.findIndex((name) => constantOf(graph, name) === undefined) ?? 0
  const linear = bias ? made(bias.inputs[side]) : behind
  if (!linear || linear.domain !== '' || !(linear.op in channelOf)) return undefined
  const weights = constantOf(graph, linear.inputs[1] ?? '')
  if (!weights || weights.dims.length < 2 || !foldableTypes.has(weights.dtype)) return undefined
  const channels = channelCount(linear, weights.dims)
  const statistics = normalisation(graph, affine, channels)
  const own = linear.inputs[2]
    ? perChannel(graph, linear.inputs[2], channels, biasRank(linear, weights))
    : zeros(channels)
  const more = bias ? perChannel(graph, bias.inputs[1 - side] ?? '', channels, weights.dims.length) : zeros(channels)
  if (!statistics || !own || !more) return undefined
  const beta = linear.op === 'Gemm' ? attributesOf(linear).float('beta', 1) : 1
  const added = own.map((value, i) => beta * value + (more[i] as number))
  return { linear, ...(bias ? { bias } : {}), affine, weights, added, ...statistics }
}

const foldableTypes: ReadonlySet<Dtype> = new Set(['float32', 'float64'])
const zeros = (length: number) => new Float64Array(length)

/** A Conv's own bias is a vector; Gemm's broadcasts like an addition. */
const biasRank = (linear: Node, weights: Constant) => (linear.op === 'Gemm' ? weights.dims.length : 2)

/** y = slope x + offset, or undefined when the statistics are computed or not finite. */
function normalisation(graph: Graph, node: Node, channels: number) {
  const read = node.inputs.slice(1, 5).map((name) => perChannel(graph, name, channels, 2))
  const [gamma, beta, mean, variance] = read
  if (!gamma || !beta || !mean || !variance) return undefined
  const epsilon = attributesOf(node).float('epsilon', 1e-5)
  const slope = gamma.map((value, i) => value / Math.sqrt((variance[i] as number) + epsilon))
  const offset = beta.map((value, i) => value - (mean[i] as number) * (slope[i] as number))
  return [...slope, ...offset].every(Number.isFinite) ? { slope, offset } : undefined
}

/** A constant that broadcasts to [N, channels, ...] of `rank` dimensions along the channels only. */
function perChannel(graph: Graph, name: string, channels: number, rank: number): Float64Array | undefined {
  const stored = constantOf(graph, name)
  if (!stored || !foldableTypes.has(stored.dtype) || stored.dims.length > rank) return undefined
  const axis = stored.dims.length - (rank - 1)
  const fits = stored.dims.every((dim, i) => dim === 1 || (i === axis && dim === channels))
  if (!fits) return undefined
  const values = numbers(stored.read())
  return values.length === channels ? values : zeros(channels).fill(values[0] ?? 0)
}

/** Which output channel an element of the weights belongs to, from its index; see `channelCount`. */
const channelOf: Readonly<Record<string, (node: Node, dims: readonly number[]) => (index: number) => number>> = {
  /** [out, in / group, ...] */
  Conv: (_, dims) => {
    const each = size(dims.slice(1))
    return (index) => Math.floor(index / each)
  },
  /** [in, out / group, ...]: inputs of group g make outputs of group g */
  ConvTranspose: (node, dims) => {
    const [inputs = 1, outputs = 1] = dims
    const kernel = size(dims.slice(2))
    const perGroup = inputs / attributesOf(node).int('group', 1)
    return (index) => {
      const input = Math.floor(index / (outputs * kernel))
      return Math.floor(input / perGroup) * outputs + (Math.floor(index / kernel) % outputs)
    }
  },
  /** [in, out], or [out, in] when transposed */
  Gemm: (node, dims) => {
    const [, columns = 1] = dims
    return attributesOf(node).int('transB', 0) ? (index) => Math.floor(index / columns) : (index) => index % columns
  },
}

const size = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)

function channelCount(node: Node, dims: readonly number[]): number {
  const [first = 0, second = 0] = dims
  if (node.op === 'ConvTranspose') return second * attributesOf(node).int('group', 1)
  return node.op === 'Conv' || attributesOf(node).int('transB', 0) ? first : second
}

function fold({ linear, weights, added, slope, offset }: Found): { weights: Tensor; bias: Tensor } {
  const { dtype, dims } = weights
  const channel = channelOf[linear.op]?.(linear, dims) ?? (() => 0)
  const scaled = numbers(weights.read()).map((value, i) => value * (slope[channel(i)] as number))
  const bias = added.map((value, i) => value * (slope[i] as number) + (offset[i] as number))
  return { weights: floatTensor(dtype, dims, [...scaled]), bias: floatTensor(dtype, [bias.length], [...bias]) }
}

/** How often each value is read: by nodes, their subgraphs, and the outside. */
function countReaders(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of [...graph.nodes.flatMap(usesOf), ...graph.outputs.map((output) => output.name)])
    counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
