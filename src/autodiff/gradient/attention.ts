/**
 * Scaled dot-product attention: S = scale Q K^T, softcap c tanh(S/c), + mask, P = softmax, Y = P V. The forward pass is written
 * again up to P, which the operator keeps to itself; then dV = P^T dY, dS = P (dP - rows of dY Y), dQ = scale dS K, dK = scale dS^T Q.
 */

import type { Shape, Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { converted } from './kinds.ts'
import { transposed } from './linear.ts'

/** An attention in plain numbers: [B, heads, queries, size] each, of which some query heads share a key head. */
interface Heads {
  readonly queryHeads: number
  readonly keyHeads: number
  readonly queries: number
  readonly keys: number
  /** Of a query and a key, and of a value. */
  readonly size: number
  readonly valueSize: number
  readonly scale: number
  readonly softcap: number
  /** How many keys before and after its own place a query sees; null: all. */
  readonly window: readonly [number | null, number | null]
}

interface Streams {
  readonly q: Value
  readonly k: Value
  readonly v: Value
  readonly y: Value
  readonly dy: Value
  /** Added to the scores, or false where they do not count. */
  readonly mask: Value | null
}

/** Gradients at [B, heads, length, size] and at the scores behind the mask. */
export function attend(at: Backward, heads: Heads, streams: Streams) {
  const { op } = at
  const { q, k, v, y, dy } = streams
  const { queryHeads, keyHeads, queries, keys, size, valueSize, scale } = heads
  /** Query heads that share a key head become more rows of one matrix, so that their sum is the product's own. */
  const grouped = (value: Value, width: number) =>
    queryHeads === keyHeads ? value : op.Reshape(value, [-1, keyHeads, (queryHeads / keyHeads) * queries, width])
  const single = (value: Value, width: number) =>
    queryHeads === keyHeads ? value : op.Reshape(value, [-1, queryHeads, queries, width])
  const rows = grouped(op.Mul(q, scale), size)
  const scores = single(op.MatMul(rows, transposed(op, k, 4)), keys)
  const capped = heads.softcap === 0 ? null : op.Tanh(op.Div(scores, heads.softcap))
  const visible = masked(at, capped ? op.Mul(capped, heads.softcap) : scores, heads, streams.mask)
  const shares = op.Softmax(visible, { axis: -1 })
  /** A query that no key may answer has the result 0. */
  const p = streams.mask?.dtype === 'bool' ? op.Where(streams.mask, shares, 0) : shares
  const dRows = grouped(dy, valueSize)
  const dMasked = once(() => {
    const dP = single(op.MatMul(dRows, transposed(op, v, 4)), keys)
    return op.Mul(p, op.Sub(dP, op.ReduceSum(op.Mul(dy, y), [-1], { keepdims: 1 })))
  })
  const dS = once(() => {
    const behind = dMasked()
    return grouped(capped ? op.Mul(behind, op.Sub(1, op.Mul(capped, capped))) : behind, keys)
  })
  return {
    dQ: () => op.Mul(single(op.MatMul(dS(), k), size), scale),
    dK: () => op.MatMul(transposed(op, dS(), 4), rows),
    dV: () => op.MatMul(transposed(op, grouped(p, keys), 4), dRows),
    dMasked,
  }
}

/** Written when it is first asked for. */
function once(write: () => Value): () => Value {
  let written: Value | undefined
  return () => {
    written ??= write()
    return written
  }
}

/** Scores that do not count become the lowest number: a row without any stays finite. */
function masked(at: Backward, scores: Value, { queries, keys, window }: Heads, mask: Value | null): Value {
  const { op } = at
  const lowest = -3e38
  const [before, after] = window
  const key = () => indices(at, [keys])
  const query = () => indices(at, [queries, 1])
  const bounds = [
    ...(before === null ? [] : [op.GreaterOrEqual(key(), op.Sub(query(), before))]),
    ...(after === null ? [] : [op.LessOrEqual(key(), op.Add(query(), after))]),
    ...(mask?.dtype === 'bool' ? [mask] : []),
  ]
  const added = mask && mask.dtype !== 'bool' ? op.Add(scores, converted(at, mask, scores)) : scores
  return bounds.reduce((value, bound) => op.Where(bound, value, lowest), added)
}

function indices(at: Backward, dims: readonly number[]): Value {
  return at.literal(
    float32(
      dims,
      Float32Array.from({ length: dims[0] as number }, (_, i) => i),
    ),
  )
}

interface Form {
  readonly queryHeads: number
  readonly keyHeads: number
  /** The input that is added to the scores (or, as bool, tells which count). */
  readonly mask: number
  readonly window: Heads['window']
}

/** Gradients at Q, K, V and the mask, for inputs [B, heads, length, size] or [B, length, heads * size]. */
function attention(at: Backward, { queryHeads, keyHeads, mask, window }: Form): (Value | null)[] {
  const { op, x, y, dy, attributes } = at
  const flat = at.shape(x[0]).dims.length === 3
  const apart = (value: Value, heads: number) =>
    flat ? op.Transpose(op.Reshape(value, [0, 0, heads, -1]), { perm: [0, 2, 1, 3] }) : value
  const together = (value: Value, like: Value) =>
    flat ? op.Reshape(op.Transpose(value, { perm: [0, 2, 1, 3] }), op.Shape(like)) : value
  const [query, value] = [at.shape(x[0]), at.shape(x[2])]
  const [queries, keys] = [query.dims.at(-2) as number, value.dims.at(-2) as number]
  const [size, valueSize] = flat
    ? [(query.dims[2] as number) / queryHeads, (value.dims[2] as number) / keyHeads]
    : [query.dims[3] as number, value.dims[3] as number]
  if (query.batch.slice(1).some(Boolean) || value.batch.slice(1).some(Boolean)) at.refuse('its tokens carry the batch')
  if (at.has(mask) && ![1, keys].includes(at.shape(x[mask] as Value).dims.at(-1) as number))
    at.refuse('its mask is shorter than its keys')
  const scale = attributes.float('scale', 0) || 1 / Math.sqrt(size)
  const heads: Heads = {
    queryHeads,
    keyHeads,
    queries,
    keys,
    size,
    valueSize,
    scale,
    softcap: attributes.float('softcap', 0),
    window,
  }
  const [q, k, v] = [apart(x[0], queryHeads), apart(x[1], keyHeads), apart(x[2], keyHeads)]
  const streams = {
    q,
    k,
    v,
    y: apart(y[0], queryHeads),
    dy: apart(dy, queryHeads),
    mask: at.has(mask) ? (x[mask] as Value) : null,
  }
  const { dQ, dK, dV, dMasked } = attend(at, heads, streams)
  const also = (gradient: Value, i: number) => {
    const present = at.gradient(i)
    return present ? op.Add(gradient, present) : gradient
  }
  const scores: Shape = {
    dims: [query.dims[0] as number, queryHeads, queries, keys],
    batch: [query.batch[0] ?? false, false, false, false],
  }
  const gradients = [
    () => together(dQ(), x[0]),
    () => together(also(dK(), 1), x[1]),
    () => together(also(dV(), 2), x[2]),
  ]
  const found: (Value | null)[] = gradients.map((gradient, i) => (at.wanted(i) ? gradient() : null))
  if (at.wanted(mask)) found[mask] = at.sumTo(dMasked(), x[mask] as Value, scores)
  return Array.from({ length: at.node.inputs.length }, (_, i) => found[i] ?? null)
}

/** Attention of opset 23 and later. Its third output, the scores, is for looking at. */
const standard: Rule = (at) => {
  const { x, attributes } = at
  if (at.has(4) || at.has(5)) at.refuse('it continues from cached keys (past_key)')
  if (at.has(6)) at.refuse('its keys are padded (nonpad_kv_seqlen)')
  if (at.gradient(3)) at.refuse('its scores (qk_matmul_output) are used further on')
  const heads = (i: 0 | 1) => at.shape(x[i]).dims[1] as number
  const causal = attributes.int('is_causal', 0) === 1
  const bound = (name: string) => {
    const size = attributes.int(name, -1)
    return size < 0 ? null : size
  }
  return attention(at, {
    queryHeads: attributes.int('q_num_heads', heads(0)),
    keyHeads: attributes.int('kv_num_heads', heads(1)),
    mask: 3,
    window: [bound('left_window_size'), causal ? 0 : bound('right_window_size')],
  })
}

/** ONNX Runtime's own, in its plain form. */
const multiHead: Rule = (at) => {
  const { x, attributes } = at
  const plain = at.has(1) && at.has(2) && [0, 1, 2].every((i) => at.shape(x[i] as Value).dims.length === 3)
  if (!plain || [3, 4, 6, 7, 8, 9].some((i) => at.has(i)))
    at.refuse('it is packed, biased, padded or cached; compile from the file before ONNX Runtime optimised it')
  const heads = attributes.int('num_heads', 1)
  const causal = attributes.int('unidirectional', 0) === 1
  return attention(at, { queryHeads: heads, keyHeads: heads, mask: 5, window: [null, causal ? 0 : null] })
}

/** Turning by an angle: the gradient turns back. */
const rotary: Rule = ({ op, x, dy, has, node }) => {
  const positions = has(3) ? [x[3]] : []
  return [op.RotaryEmbedding(dy, x[1], op.Neg(x[2]), ...positions, node.attributes)]
}

export const attentions: RuleSet = {
  Attention: standard,
  RotaryEmbedding: rotary,
  'com.microsoft:MultiHeadAttention': multiHead,
}
