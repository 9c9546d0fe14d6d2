/** A row of the operator tables: one operator with its inputs, made into a model of one node. */

import { toAttribute } from '../../src/onnx/attributes.ts'
import type { Attribute, Attributes, Constant, Graph, Model, Value } from '../../src/onnx/index.ts'
import { Builder, constant, type Operator } from '../../src/onnx/index.ts'
import { type Dtype, floatToHalf, isFloat, random, sizeOf, type Tensor } from '../../src/tensor/index.ts'

export interface Input {
  /** In a batched row the first is replaced by the batch. */
  readonly dims: readonly number[]
  /** Default: the precision that the row runs in. */
  readonly dtype?: Dtype
  /** The elements; repeated or cut to fit. Otherwise seeded noise, uniform in `range` (default -2 to 2). */
  readonly data?: readonly number[]
  readonly range?: readonly [number, number]
  /** Equally spaced over `range` in random order: no ties. */
  readonly distinct?: boolean
  /** Kinks: noise keeps a tenth away from them. */
  readonly away?: readonly number[]
  /** Whether the first axis is the batch; default: what the row says, if the input is computed and has axes. */
  readonly batch?: boolean
}

export interface Row {
  readonly operator: Operator | (string & {})
  readonly domain?: string
  /** What is special about it. */
  readonly name: string
  /** Default 18. */
  readonly opset?: number
  /** null: left out. */
  readonly inputs: readonly (Input | null)[]
  /** What depends on the precision (Cast's `to`) is a function. */
  readonly attributes?: Attributes | ((precision: Precision) => Attributes)
  /** Positions of inputs that are initializers. */
  readonly constants?: readonly number[]
  /** Positions of the inputs whose gradients are checked; default the first. */
  readonly wrt?: readonly number[]
  /** How many outputs the node has; default 1. All float outputs are part of the objective. */
  readonly outputs?: number
  /** The outputs in the objective; default all that are float. */
  readonly scored?: readonly number[]
  /** The first axis is a symbolic batch, run with 1 and 3. */
  readonly batch?: boolean
  /** Its double kernel is none: it rounds to float32 inside (or is wrong). */
  readonly single?: boolean
  /** Its double kernel holds constants in float32: both precisions are held to float32's tolerance. */
  readonly rough?: boolean
  /** The objective's weights on each output (one number: on all its elements), instead of fixed waves. */
  readonly weights?: readonly (readonly number[])[]
}

export type Precision = 'float64' | 'float32' | 'float16'

export const inputName = (i: number) => `x${i}`
const outputName = (j: number) => `y${j}`

/** The model of a row: its node, the weights and the score. */
export function modelOf(row: Row, precision: Precision): Model {
  const inputs = row.inputs.flatMap((input, i) => {
    if (!input || row.constants?.includes(i)) return []
    const shape = input.dims.map((dim, axis) => (axis === 0 && batched(row, i) ? 'N' : dim))
    return [{ name: inputName(i), dtype: input.dtype ?? precision, shape }]
  })
  const stored = new Map<string, Constant>()
  for (const i of row.constants ?? []) stored.set(inputName(i), constant(inputOf(row, i, precision, 1)))
  const written = typeof row.attributes === 'function' ? row.attributes(precision) : (row.attributes ?? {})
  const node = {
    op: row.operator,
    domain: row.domain ?? '',
    name: row.operator,
    inputs: row.inputs.map((input, i) => (input ? inputName(i) : '')),
    outputs: Array.from({ length: row.outputs ?? 1 }, (_, j) => outputName(j)),
    attributes: Object.fromEntries(
      Object.entries(written).map(([name, value]) => [name, asStored(toAttribute(value))]),
    ),
  }
  const graph = { name: row.operator, inputs, outputs: [], nodes: [node], constants: stored, valueTypes: new Map() }
  return model(scored(graph, row), row.opset)
}

/** Files hold floats in single precision. */
function asStored(attribute: Attribute): Attribute {
  return attribute.type === 'float' ? { ...attribute, value: Math.fround(attribute.value) } : attribute
}

export function model(graph: Graph, opset = 18): Model {
  const opsets = { '': opset, 'com.microsoft': 1 }
  return { graph, opsets, irVersion: 10, producer: 'test', metadata: {}, functions: [] }
}

/** The graph with outputs `score` = sum of outputs times weights, the outputs and the weights. */
function scored(graph: Graph, row: Row): Graph {
  const builder = new Builder(graph)
  const outputs = Array.from({ length: row.outputs ?? 1 }, (_, j) => j)
    .map((j) => builder.value(outputName(j)))
    .filter((y, j) => (row.scored ? row.scored.includes(j) : isFloat(y.dtype)))
  return builder.within('objective', () => {
    const score = weighted(builder, outputs, 'score', row.weights)
    return builder.finish([score, ...outputs.flatMap((y) => [y, builder.value(`weight/${y.name}`)])])
  })
}

/** sum of weight times value: waves that differ from element to element, in every shape; each weight is `weight/<value>`. */
export function weighted(builder: Builder, values: readonly Value[], name: string, given?: Row['weights']): Value {
  const { op } = builder
  const terms = values.map((y, j) => {
    const stated = given?.[j]
    const weight = stated ? builder.constant(filled(y.dtype, [stated.length], stated)) : waves(builder, y)
    builder.named(stated?.length === 1 ? 'Expand' : 'Reshape', `weight/${y.name}`, weight, op.Shape(y))
    return op.ReduceSum(op.Mul(y, builder.value(`weight/${y.name}`)), { keepdims: 0 })
  })
  const sum = terms.reduce((a, b) => op.Add(a, op.CastLike(b, a)))
  return builder.named('Identity', name, sum)
}

function waves({ op }: Builder, like: Value): Value {
  const index = op.Cast(op.Range(op.Cast(0, { to: 7 }), op.Size(like), op.Cast(1, { to: 7 })), { to: 1 })
  return op.CastLike(op.Sin(op.Add(op.Mul(index, 1.7), 0.6)), like)
}

function batched(row: Row, i: number): boolean {
  const input = row.inputs[i]
  if (!input || input.dims.length === 0 || row.constants?.includes(i)) return false
  return input.batch ?? row.batch ?? false
}

/** The tensor of input `i`: the same numbers in every precision, as far as it can hold them. */
export function inputOf(row: Row, i: number, precision: Precision, batch: number): Tensor {
  const input = row.inputs[i] as Input
  const dims = batched(row, i) ? [batch, ...input.dims.slice(1)] : input.dims
  const dtype = input.dtype ?? precision
  return filled(dtype, dims, input.data ?? noise(input, sizeOf(dims), i, !isFloat(dtype)))
}

function noise({ range = [-2, 2], distinct, away = [] }: Input, size: number, stream: number, whole: boolean) {
  const [low, high] = range
  const { uniform } = random(7, stream)
  const places = Array.from({ length: size }, (_, k) => k).sort((a, b) => uniform(a) - uniform(b))
  return places.map((place, k) => {
    const value = low + (high - low) * (distinct ? (place + 0.5) / size : uniform(size + k))
    if (whole) return Math.floor(value)
    const kink = away.find((point) => Math.abs(value - point) < 0.1)
    return kink === undefined ? value : value < kink ? kink - 0.1 : kink + 0.1
  })
}

/** Numbers in a shape and type; float64 holds what float32 can, so that both run on the same numbers. */
export function filled(dtype: Dtype, dims: readonly number[], from: readonly number[]): Tensor {
  const size = sizeOf(dims)
  const at = (k: number) => from[k % from.length] as number
  if (dtype === 'float16')
    return { dtype, dims, data: Uint16Array.from({ length: size }, (_, k) => floatToHalf(at(k))) }
  if (dtype === 'int64') return { dtype, dims, data: BigInt64Array.from({ length: size }, (_, k) => BigInt(at(k))) }
  const arrays = {
    float64: Float64Array,
    float32: Float32Array,
    int32: Int32Array,
    int8: Int8Array,
    uint8: Uint8Array,
    bool: Uint8Array,
  }
  const make = arrays[dtype as keyof typeof arrays]
  if (!make) throw new Error(`No test data of type ${dtype}.`)
  const data = new make(size)
  for (let k = 0; k < size; k++) data[k] = dtype === 'float64' ? Math.fround(at(k)) : at(k)
  return { dtype, dims, data } as Tensor
}
