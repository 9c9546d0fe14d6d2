/** A rule says what one operator does to a gradient on its way back. A rule set is a plain record of rules by operator. */

import { FoveaError } from '../error/index.ts'
import {
  type AttributeReader,
  attributesOf,
  type Builder,
  constantOf,
  type Graph,
  type Measured,
  maker,
  type Node,
  type Ops,
  type Shape,
  type Value,
} from '../onnx/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Widening } from './widen.ts'

/** What a rule sees of the operator that it stands for, on the way back. */
export interface Backward {
  /** Writes nodes as maths. */
  readonly op: Ops
  readonly node: Node
  /** The inputs, halves as float32; one that is left out is not there (ask `has`). */
  readonly x: Values
  /** The outputs. */
  readonly y: Values
  /** The gradient at the first output. */
  readonly dy: Value
  readonly attributes: AttributeReader
  /** The gradient at output `i`, or null when nothing flows back through it. */
  gradient(i: number): Value | null
  /** Whether input `i` is given. */
  has(i: number): boolean
  /** Whether a gradient at input `i` is asked for. */
  wanted(i: number): boolean
  /** The measured shape of a value of the forward graph. */
  shape(value: Value): Shape
  /** Whether measured sizes may be written into the graph (see plain-sizes.ts); if not, they are read when it runs. */
  readonly plainSizes: boolean
  /** The node of the forward graph that makes a value, if it is one of these operators. */
  maker(value: Value, ...operators: string[]): Node | undefined
  /** A constant, or integers that the probe found not to depend on the batch. */
  constant(value: Value): Tensor | undefined
  /** `gradient`, which has the shape `from` (the output's), summed to the shape of `to`: the reverse of broadcasting. */
  sumTo(gradient: Value, to: Value, from?: Shape): Value
  /** Any value of the forward graph. */
  value(name: string): Value
  /** A constant written into the graph. */
  literal(tensor: Tensor): Value
  /** A number in the precision of `like`. */
  scalar(value: number, like: Value): Value
  /** A zero tensor of the run-time shape of `value`. */
  zeros(value: Value): Value
  /** Refuses this node in one sentence. */
  refuse(why: string): never
}

type Values = readonly [Value, Value, Value, Value, Value, Value, ...Value[]]

/** Gradients at the inputs, in their order; null (or nothing, at the end) where none flows. */
export type Rule = (at: Backward) => readonly (Value | null)[]

/** The same operator with another gradient at its first output. */
export function receiving(at: Backward, dy: Value): Backward {
  return { ...at, dy, gradient: (i) => (i === 0 ? dy : at.gradient(i)) }
}

/** Whether a node belongs to the target that was written behind the model: what a score is, the target says. */
export const isTarget = ({ node }: Backward): boolean => node.name.startsWith('objective/')

/** Rules by operator key ('Conv', 'com.microsoft:Gelu'). */
export type RuleSet = Readonly<Record<string, Rule>>

/** Where backward nodes are written, and what is known of the graph. */
export interface Setting {
  readonly builder: Builder
  readonly wide: Widening
  readonly graph: Graph
  readonly measured: Measured
  /** See `Backward.plainSizes`. */
  readonly plain: boolean
}

export function backward(
  { builder, wide, graph, measured, plain }: Setting,
  node: Node,
  gradients: readonly (Value | null)[],
  wanted: readonly boolean[],
): Backward {
  const { op } = builder
  const values = (names: readonly string[]) =>
    names.map((name) => (name === '' ? undefined : wide.value(name))) as unknown as Values
  const y = values(node.outputs)
  const refuse = (why: string): never => {
    throw new FoveaError('FOVEA_UNSUPPORTED_OP', `Node '${node.name}' (${node.op}) has no gradient: ${why}.`, {
      node: node.name,
      op: node.op,
    })
  }
  const shape = (value: Value): Shape => {
    const found = measured.shapes.get(wide.original(value.name))
    return found ?? refuse(`the shape of its value '${value.name}' was not measured`)
  }
  const zeros = (value: Value) => op.Expand(builder.scalar(0, value.dtype), op.Shape(value))
  return {
    op,
    node,
    x: values(node.inputs),
    y,
    attributes: attributesOf(node),
    get dy() {
      return gradients[0] ?? zeros(y[0])
    },
    gradient: (i) => gradients[i] ?? null,
    has: (i) => (node.inputs[i] ?? '') !== '',
    wanted: (i) => wanted[i] ?? false,
    shape,
    plainSizes: plain,
    maker: (value, ...operators) => maker(graph, wide.original(value.name), ...operators),
    constant: (value) => {
      const name = wide.original(value.name)
      return constantOf(graph, name)?.read() ?? measured.integers.get(name)
    },
    sumTo: (gradient, to, from = shape(y[0])) => sumTo(op, gradient, from, shape(to), to),
    value: (name) => builder.value(name),
    literal: (tensor) => builder.constant(tensor),
    scalar: (value, like) => builder.scalar(value, like.dtype),
    zeros,
    refuse,
  }
}

/** Sums over the axes along which `to` was stretched to `from`. */
function sumTo(op: Ops, gradient: Value, from: Shape, to: Shape, value: Value): Value {
  const extra = from.dims.length - to.dims.length
  const leading = Array.from({ length: extra }, (_, i) => i)
  const stretched = to.dims.flatMap((dim, i) => {
    const wide = (from.dims[i + extra] ?? 1) !== dim || (from.batch[i + extra] ?? false) !== (to.batch[i] ?? false)
    return wide ? [i + extra] : []
  })
  const axes = [...leading, ...stretched]
  if (axes.length === 0) return gradient
  const summed = op.ReduceSum(gradient, axes, { keepdims: 1 })
  return extra === 0 ? summed : op.Reshape(summed, op.Shape(value))
}
