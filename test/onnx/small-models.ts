/** Small models written in a line, and what ONNX Runtime (nothing optimised) makes of them. */

import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { type AttributeValue, toAttribute } from '../../src/onnx/attributes.ts'
import {
  constant,
  type Dimension,
  type Evaluate,
  encodeModel,
  type Graph,
  type Model,
  type Node,
} from '../../src/onnx/index.ts'
import { type Dtype, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'

type NodeText = readonly [
  op: string,
  inputs: string,
  outputs: string,
  attributes?: Readonly<Record<string, AttributeValue>>,
]

export interface SmallModel {
  readonly opset: number
  readonly ir?: number
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly constants?: Readonly<Record<string, Tensor>>
  readonly nodes: readonly NodeText[]
  /** Name -> element type (float32 if it is ''). */
  readonly outputs: Readonly<Record<string, Dtype>>
  /** Declare the inputs with their rank only. */
  readonly anyShape?: boolean
}

export function node([op, inputs, outputs, attributes = {}]: NodeText): Node {
  const [domain, name] = op.includes(':') ? (op.split(':') as [string, string]) : ['', op]
  return {
    op: name,
    domain,
    name: `${name}_of_${outputs.split(' ')[0]}`,
    inputs: words(inputs),
    outputs: words(outputs),
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)])),
  }
}

/** Names between spaces; `_` stands for one that is left out. */
const words = (text: string) => (text === '' ? [] : text.split(' ').map((word) => (word === '_' ? '' : word)))

export function graphOf(small: SmallModel): Graph {
  return {
    name: 'small',
    inputs: Object.entries(small.inputs).map(([name, { dtype, dims }]) => ({
      name,
      dtype,
      ...(small.anyShape ? {} : { shape: dims as readonly Dimension[] }),
    })),
    outputs: Object.entries(small.outputs).map(([name, dtype]) => ({ name, dtype })),
    nodes: small.nodes.map(node),
    constants: new Map(Object.entries(small.constants ?? {}).map(([name, tensor]) => [name, constant(tensor)])),
    valueTypes: new Map(),
  }
}

export function modelOf(small: SmallModel): Model {
  return {
    graph: graphOf(small),
    opsets: { '': small.opset },
    irVersion: small.ir ?? 8,
    producer: 'test',
    metadata: {},
    functions: [],
  }
}

const quiet = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 3 } as const

export async function runModel(model: Model | Uint8Array, feeds: Readonly<Record<string, Tensor>>) {
  const bytes = model instanceof Uint8Array ? model : encodeModel(model)
  const session = await InferenceSession.create(bytes, quiet)
  try {
    const given = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name))
    const results = await session.run(Object.fromEntries(given.map(([name, t]) => [name, toOrt(t)])))
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => [
        name,
        { type, dims: [...dims], bytes: bytesOf(data) },
      ]),
    )
  } finally {
    await session.release()
  }
}

function toOrt({ dtype, dims, data }: Tensor): OrtTensor {
  return new OrtTensor(dtype as 'float32', data as Float32Array, dims)
}

function bytesOf(data: unknown): string {
  if (Array.isArray(data)) return JSON.stringify(data)
  const { buffer, byteOffset, byteLength } = data as Uint8Array
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('hex')
}

/** Normally distributed numbers of a fixed seed. */
export function noise(dims: readonly number[], seed = 1): Tensor<'float32'> {
  const source = random(seed)
  return { dtype: 'float32', dims, data: Float32Array.from({ length: sizeOf(dims) }, (_, i) => source.normal(i)) }
}

/** Runs a graph without inputs, as `foldConstants` wants it. */
export const evaluate: Evaluate = async (graph) => {
  const model: Model = { graph, opsets: { '': 18 }, irVersion: 8, producer: 'test', metadata: {}, functions: [] }
  const session = await InferenceSession.create(encodeModel(model), quiet)
  try {
    const results = await session.run({})
    return new Map(
      Object.entries(results).map(([name, { type, dims, data }]) => [
        name,
        { dtype: type, dims: [...dims], data } as Tensor,
      ]),
    )
  } finally {
    await session.release()
  }
}
