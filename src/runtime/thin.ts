/**
 * The same shapes at a fraction of the work: convolutions and matrix products with constant weights read one channel instead of
 * all of them, through weights of zeros. For the probe, which asks for sizes only; the values are not the model's.
 */

import { attributesOf, type Constant, constant, constantOf, type Graph, type Node, usesOf } from '../onnx/index.ts'
import { type Dtype, sizeOf, type Tensor, tensor } from '../tensor/index.ts'
import { followContent } from './steering.ts'

export interface Thinned {
  readonly graph: Graph
  /** What the weights that were left out would have refused: an axis of another size. */
  readonly expected: readonly Expectation[]
}

interface Expectation {
  readonly value: string
  /** Negative: from the back. */
  readonly axis: number
  readonly size: number
}

/** Sums over fewer elements than this are not worth another node. */
const small = 1024

/** Undefined where nothing would be saved, or where sizes depend on what the image shows. */
export function thin(graph: Graph): Thinned | undefined {
  const { content, sizes } = followContent(graph)
  if (sizes.size > 0) return undefined
  const slices = new Map<string, string>()
  const constants = new Map(graph.constants)
  const expected: Expectation[] = []
  const store = (name: string, value: Tensor) => {
    constants.set(name, constant(value))
    return name
  }
  const nodes = graph.nodes.flatMap((node, i): Node[] => {
    const [x = '', w = '', ...rest] = node.inputs
    const weights = content.has(x) && node.domain === '' ? graph.constants.get(w) : undefined
    const sum = weights && constantOf(graph, w) === weights ? contractionOf(node, weights) : undefined
    if (!weights || !sum) return [node]
    expected.push({ value: x, axis: sum.axis, size: sum.size })
    const cut: Node[] = []
    const key = `thin/${x}/${sum.axis}/${sum.kept}`
    if (!slices.has(key)) {
      slices.set(key, `thin/x${i}`)
      const steps = [0, sum.kept, sum.axis].map((at) =>
        store(`thin/${at}`, tensor('int64', [1], BigInt64Array.of(BigInt(at)))),
      )
      cut.push({
        op: 'Slice',
        domain: '',
        name: `thin/x${i}`,
        inputs: [x, ...steps],
        outputs: [`thin/x${i}`],
        attributes: {},
      })
    }
    const zeros = store(`thin/w${i}`, zerosOf(weights.dtype, sum.dims))
    return [...cut, { ...node, inputs: [slices.get(key) as string, zeros, ...rest] }]
  })
  if (expected.length === 0) return undefined
  return { graph: { ...graph, nodes, constants: onlyRead(nodes, constants, graph) }, expected }
}

interface Contraction {
  /** The axis of the first input that is summed over, its size, and how much of it stays. */
  readonly axis: number
  readonly size: number
  readonly kept: number
  /** The sizes of the weights that then remain. */
  readonly dims: readonly number[]
}

function contractionOf(node: Node, { dtype, dims }: Constant): Contraction | undefined {
  if (!/^float(16|32|64)$/.test(dtype) || sizeOf(dims) < small || dims.length < 2) return undefined
  const attributes = attributesOf(node)
  const rank = dims.length
  if (node.op === 'Conv') {
    const groups = attributes.int('group', 1)
    const each = dims[1] as number
    return each < 2 ? undefined : { axis: 1, size: each * groups, kept: groups, dims: dims.with(1, 1) }
  }
  if (node.op === 'MatMul') return { axis: -1, size: dims[rank - 2] as number, kept: 1, dims: dims.with(rank - 2, 1) }
  if (node.op !== 'Gemm' || attributes.int('transA', 0) === 1) return undefined
  const summed = attributes.int('transB', 0) === 1 ? 1 : 0
  return { axis: 1, size: dims[summed] as number, kept: 1, dims: dims.with(summed, 1) }
}

function zerosOf(dtype: Dtype, dims: readonly number[]): Tensor {
  const size = sizeOf(dims)
  if (dtype === 'float64') return tensor(dtype, dims, new Float64Array(size))
  if (dtype === 'float16') return tensor(dtype, dims, new Uint16Array(size))
  return tensor('float32', dims, new Float32Array(size))
}

/** The constants that are still read. */
function onlyRead(nodes: readonly Node[], constants: ReadonlyMap<string, Constant>, graph: Graph) {
  const read = new Set([...nodes.flatMap(usesOf), ...graph.outputs.map(({ name }) => name)])
  return new Map([...constants].filter(([name]) => read.has(name)))
}
