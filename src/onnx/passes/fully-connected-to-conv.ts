/**
 * Net surgery: fully connected layers become convolutions, so that a classifier takes pictures of any size and answers a map
 * of scores (Oquab et al. 2015: "Is object localization for free?"). Flatten + Gemm over a map [C, h, w] is a convolution with
 * kernels of h x w; the Gemms behind it are 1x1 convolutions; a global average pool goes behind the last of them, which is the
 * same for linear heads. The scores are the mean over the map; at the size that the model was made for, what they were.
 */

import type { Tensor } from '../../tensor/index.ts'
import { attributesOf, toAttribute } from '../attributes.ts'
import { type Constant, constant, constantOf, consumers, type Graph, type Node, producers } from '../graph.ts'
import type { Measured } from '../measured.ts'
import { dropDead } from './drop-dead.ts'

export interface Convolved {
  readonly graph: Graph
  /** The map of scores [N, K, h, w] for each value [N, K] that is now its mean. */
  readonly dense: ReadonlyMap<string, string>
}

/** What keeps the positions apart: one number in, one out. */
const pointwise =
  /^(Relu|LeakyRelu|PRelu|Clip|Sigmoid|HardSigmoid|HardSwish|Tanh|Elu|Selu|Gelu|Softplus|Identity|Dropout|Cast|Mish)$/

/** @param pools also put the global average pool of a linear head behind it, so that such a model has a map of scores, too */
export function fullyConnectedToConv(graph: Graph, measured: Measured, pools = false): Convolved {
  const surgery = new Surgery(graph, measured, pools)
  const nodes = graph.nodes.flatMap((node) => surgery.rewrite(node))
  if (surgery.dense.size === 0) return { graph, dense: new Map() }
  const constants = new Map([...graph.constants, ...surgery.constants])
  return { graph: dropDead({ ...graph, nodes, constants }), dense: surgery.dense }
}

/** A linear layer: weights [K, C] and bias [K], or a bias that the input says. */
interface Linear {
  readonly weights: Constant
  readonly bias: string | undefined
  readonly outputs: number
}

interface Flat {
  readonly map: string
  readonly kernel: readonly [number, number]
  /** A global average lies between: only a layer that is linear to the end may go before it. */
  readonly pooled: boolean
}

class Surgery {
  readonly constants = new Map<string, Constant>()
  readonly dense = new Map<string, string>()
  readonly #graph: Graph
  readonly #measured: Measured
  readonly #pools: boolean
  /** Flattened values, and the map [N, C, h, w] that each was. */
  readonly #flat = new Map<string, Flat>()
  /** Values behind the first linear layer: the map of each. */
  readonly #maps = new Map<string, string>()

  constructor(graph: Graph, measured: Measured, pools: boolean) {
    this.#graph = graph
    this.#measured = measured
    this.#pools = pools
  }

  rewrite(node: Node): Node[] {
    const [input = ''] = node.inputs
    const [output = ''] = node.outputs
    if (node.domain !== '' || !this.#leadsToLinear(node)) return [node]
    if (node.op === 'Flatten' || node.op === 'Reshape' || node.op === 'Squeeze') {
      const flat = this.#flattened(node) ?? this.#flat.get(input)
      if (flat) this.#flat.set(output, flat)
      return [node]
    }
    const linear = this.#linear(node)
    const flat = this.#flat.get(input)
    const map = this.#maps.get(input)
    if (linear && flat && !(flat.pooled && this.#goesOn(node))) return this.#convolve(node, linear, flat)
    if (linear && map) return this.#convolve(node, linear, { map, kernel: [1, 1], pooled: false })
    if (map && (pointwise.test(node.op) || this.#addsBias(node))) return this.#follow(node, map)
    if (flat && (node.op === 'Identity' || node.op === 'Dropout')) this.#flat.set(output, flat)
    return [node]
  }

  /** Whether a node is a linear layer, or only such operators lie between it and one. */
  #leadsToLinear(node: Node, depth = 0): boolean {
    if (this.#linear(node) || this.#addsBias(node)) return true
    if (depth > 12 || !(pointwise.test(node.op) || /^(Flatten|Reshape|Squeeze)$/.test(node.op))) return false
    return (consumers(this.#graph).get(node.outputs[0] ?? '') ?? []).some((next) =>
      this.#leadsToLinear(next, depth + 1),
    )
  }

  /** Whether another linear layer lies behind this one. */
  #goesOn(node: Node): boolean {
    return (consumers(this.#graph).get(node.outputs[0] ?? '') ?? []).some(
      (next) => !this.#addsBias(next) && this.#leadsToLinear(next),
    )
  }

  #dims(name: string): readonly number[] {
    return this.#measured.shapes.get(name)?.dims ?? []
  }

  /** [N, C, h, w] -> [N, C h w], or what a global average pool leaves of it -> [N, C]. */
  #flattened(node: Node): Flat | undefined {
    const [input = ''] = node.inputs
    const from = this.#dims(input)
    const to = this.#dims(node.outputs[0] ?? '')
    const [images = 0, channels = 0, height = 0, width = 0] = from
    if (from.length !== 4 || to.length !== 2 || to[0] !== images || to[1] !== channels * height * width)
      return undefined
    if (height * width > 1) return { map: input, kernel: [height, width], pooled: false }
    const pool = this.#pools ? producers(this.#graph).get(input) : undefined
    return pool?.op === 'GlobalAveragePool'
      ? { map: pool.inputs[0] as string, kernel: [1, 1], pooled: true }
      : undefined
  }

  #linear(node: Node): Linear | undefined {
    const { op, inputs } = node
    if (op !== 'Gemm' && op !== 'MatMul') return undefined
    const stored = constantOf(this.#graph, inputs[1] ?? '')
    if (!stored || stored.dims.length !== 2 || this.#dims(inputs[0] ?? '').length !== 2) return undefined
    const { int, float } = attributesOf(node)
    if (op === 'Gemm' && (int('transA', 0) !== 0 || float('alpha', 1) !== 1 || float('beta', 1) !== 1)) return undefined
    const rows = op === 'Gemm' && int('transB', 0) === 1
    const outputs = stored.dims[rows ? 0 : 1] as number
    const bias = inputs[2] || undefined
    if (bias && constantOf(this.#graph, bias)?.dims.join() !== String(outputs)) return undefined
    return { weights: rows ? stored : transposed(stored), bias, outputs }
  }

  /** A constant added to each output of a MatMul. */
  #addsBias({ op, inputs, outputs }: Node): boolean {
    const table = op === 'Add' ? inputs.find((name) => constantOf(this.#graph, name)) : undefined
    const dims = table === undefined ? undefined : constantOf(this.#graph, table)?.dims
    const before = inputs.find((name) => name !== table) ?? ''
    return (
      dims?.length === 1 &&
      this.#dims(outputs[0] ?? '').length === 2 &&
      producers(this.#graph).get(before)?.op === 'MatMul'
    )
  }

  #convolve(node: Node, { weights, bias, outputs }: Linear, { map, kernel }: Flat): Node[] {
    const [output = ''] = node.outputs
    const name = `dense/${output}`
    const channels = (weights.dims[1] as number) / (kernel[0] * kernel[1])
    const inputs = [map, this.#store(`${name}/weights`, weights, [outputs, channels, ...kernel])]
    if (bias) inputs.push(bias)
    const conv: Node = {
      ...node,
      op: 'Conv',
      name,
      inputs,
      outputs: [name],
      attributes: { kernel_shape: toAttribute(kernel) },
    }
    return [conv, ...this.#pooled(output, name)]
  }

  #follow(node: Node, map: string): Node[] {
    const [output = ''] = node.outputs
    const name = `dense/${output}`
    const [input] = node.inputs.flatMap((one, i) => (this.#maps.has(one) ? [i] : []))
    const inputs = node.inputs.map((one, i) => (i === (input ?? 0) ? map : this.#channelwise(node, one, name)))
    return [{ ...node, name, inputs, outputs: [name, ...node.outputs.slice(1)] }, ...this.#pooled(output, name)]
  }

  /** A vector over the outputs, as it broadcasts over a map. */
  #channelwise({ op }: Node, name: string, scope: string): string {
    const vector = op === 'Add' || op === 'PRelu' ? constantOf(this.#graph, name) : undefined
    if (vector?.dims.length !== 1) return name
    return this.#store(`${scope}/${name}`, vector, [vector.dims[0] as number, 1, 1])
  }

  /** The value as it was, for whoever else reads it: the mean over the positions. */
  #pooled(value: string, map: string): Node[] {
    this.#maps.set(value, map)
    this.dense.set(value, map)
    const axes = `${map}/axes`
    this.constants.set(axes, constant({ dtype: 'int64', dims: [2], data: BigInt64Array.from([2n, 3n]) }))
    return [
      {
        op: 'ReduceMean',
        domain: '',
        name: `${map}/mean`,
        inputs: [map, axes],
        outputs: [value],
        attributes: { keepdims: toAttribute(0) },
      },
    ]
  }

  /** The same numbers in another shape. */
  #store(name: string, { dtype, read }: Constant, dims: readonly number[]): string {
    this.constants.set(name, { dtype, dims, read: () => ({ ...read(), dims }) })
    return name
  }
}

/** [C, K] as [K, C]; read when it is needed. */
function transposed({ dtype, dims, read }: Constant): Constant {
  const [rows = 0, columns = 0] = dims
  return {
    dtype,
    dims: [columns, rows],
    read() {
      const { data } = read()
      const turned = data.slice()
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) turned[c * rows + r] = data[r * columns + c] as never
      return { dtype, dims: [columns, rows], data: turned } as Tensor
    },
  }
}
