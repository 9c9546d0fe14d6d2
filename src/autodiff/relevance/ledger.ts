/** Who got what: for each node the relevance that came to its results, went on to its inputs, and stayed with what is no input. */

import type { Node, Value } from '../../onnx/index.ts'
import type { Backward } from '../rule.ts'

/** Names of values [N], one number an image. */
export interface Entry {
  readonly node: Node
  /** 'epsilon', 'gamma', 'passes', 'winner takes all' … */
  readonly rule: string
  readonly received: string
  readonly given: string
  /** What biases and other constants kept; null where there are none. */
  readonly kept: string | null
}

/** What a rule did: what the inputs get, and what its constants keep (in the shape of the result, or [N] already). */
export interface Share {
  readonly rule: string
  readonly given: readonly (Value | null)[]
  readonly kept?: Value | null
  /** Nothing can be said of the constants but that they keep what is missing. */
  readonly keepsRest?: boolean
}

/** Writes the sums of a node's relevance into the graph; they are dead nodes unless someone reads them. */
export function book(at: Backward, { rule, given, kept, keepsRest }: Share): Entry {
  const { op, node } = at
  const sum = (values: readonly Value[]) => values.reduce((a, b) => op.Add(a, b))
  const incoming = node.outputs.flatMap((_, i) => {
    const value = at.gradient(i)
    return value ? [perImage(at, value, at.y[i] as Value)] : []
  })
  const received = sum(incoming)
  const outgoing = given.flatMap((value, i) => (value && at.wanted(i) ? [perImage(at, value, at.x[i] as Value)] : []))
  const gave = outgoing.length > 0 ? sum(outgoing) : op.Sub(received, received)
  const rest = keepsRest ? op.Sub(received, gave) : kept ? perImage(at, kept, at.y[0]) : null
  return { node, rule, received: received.name, given: gave.name, kept: rest?.name ?? null }
}

/** The sum of each image's elements; `value` has the shape of `like`. Where images are cut up (windows), the pieces follow each other. */
function perImage({ op, shape }: Backward, value: Value, like: Value): Value {
  const { dims, batch } = shape(like)
  const axis = batch.indexOf(true)
  if (axis < 0) return op.Reshape(op.ReduceSum(value, { keepdims: 0 }), [1])
  const others = dims.flatMap((_, i) => (i === axis ? [] : [i]))
  const sums = others.length > 0 ? op.ReduceSum(value, others, { keepdims: 0 }) : value
  const pieces = dims[axis] as number
  return pieces === 1 ? sums : op.ReduceSum(op.Reshape(sums, [-1, pieces]), [1], { keepdims: 0 })
}
