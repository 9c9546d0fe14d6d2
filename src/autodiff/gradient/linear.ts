/** Matrix products. */

import { attributesOf, float, type Ops, type Shape, type Value } from '../../onnx/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { einsum } from './einsum.ts'
import { several } from './kinds.ts'

/**
 * Y = alpha A' B', where ' is an optional transposition: dA' = alpha dY B'^T, dB' = alpha A'^T dY. A vector is a matrix with one row
 * (A) or one column (B); batch axes broadcast.
 */
export function matrixProduct(at: Backward, transA: boolean, transB: boolean, alpha: number): (Value | null)[] {
  const { op, x, dy } = at
  const [a, b] = [at.shape(x[0]), at.shape(x[1])]
  const vectors = [a.dims.length === 1, b.dims.length === 1] as const
  const missing = [...(vectors[0] ? [-2] : []), ...(vectors[1] ? [-1] : [])]
  const whole = missing.length === 2 ? op.Reshape(dy, [1, 1]) : missing.length === 1 ? op.Unsqueeze(dy, missing) : dy
  const g = alpha === 1 ? whole : op.Mul(whole, alpha)
  const rank = (shape: Shape) => Math.max(shape.dims.length, 2)
  const turned = (value: Value, shape: Shape, really: boolean) => (really ? transposed(op, value, rank(shape)) : value)
  const rows = vectors[0] ? op.Unsqueeze(x[0], [0]) : x[0]
  const columns = vectors[1] ? op.Unsqueeze(x[1], [1]) : x[1]
  const wide = stretched(a, b)
  const all = { dims: [...wide.dims, 1, 1], batch: [...wide.batch, false, false] }
  const left = () => {
    if (!transA && b.dims.length === 2) return turnedInProduct(at, g, a, transB)
    const product = transA
      ? op.MatMul(turned(columns, b, transB), turned(g, all, true))
      : op.MatMul(g, turned(columns, b, !transB))
    return at.sumTo(product, x[0], joined(wide, vectors[0] ? row(a) : ends(a, 2)))
  }
  const right = () => {
    if (!transA && !transB && a.dims.length > 2 && b.dims.length <= 2) return manyRows(at, g)
    const asRows = !transA && a.dims.length === b.dims.length && isOfRows(at, x[1])
    const product =
      transB || asRows
        ? turned(op.MatMul(turned(g, all, true), turned(rows, a, transA)), all, !transB)
        : op.MatMul(turned(rows, a, !transA), g)
    if (vectors[1]) return at.sumTo(op.Squeeze(product, [-1]), x[1], joined(wide, b))
    return at.sumTo(product, x[1], joined(wide, ends(b, 2)))
  }
  return [at.wanted(0) ? left() : null, at.wanted(1) ? right() : null]
}

/**
 * Whether a factor was turned so that its columns lie as rows in memory, as keys are: then A^T dY is written as (dY^T A)^T, whose rows
 * are those columns, and what turns back moves them whole.
 */
function isOfRows(at: Backward, factor: Value): boolean {
  const turn = at.maker(factor, 'Transpose')
  const perm = turn && attributesOf(turn).ints('perm')
  return perm !== undefined && perm.length > 2 && perm.at(-2) === perm.length - 1
}

/** dA = dY B'^T as one Gemm: no engine keeps a turned copy of a weight B. */
function turnedInProduct(at: Backward, g: Value, { dims, batch }: Shape, transB: boolean): Value {
  const { op, x } = at
  const turn = { transB: transB ? 0 : 1 }
  if (dims.length === 2) return op.Gemm(g, x[1], turn)
  const inner = at.shape(x[1]).dims[transB ? 0 : 1] as number
  const product = op.Gemm(op.Reshape(g, [-1, inner]), x[1], turn)
  const plain = at.plainSizes && batch.filter(Boolean).length <= 1
  return op.Reshape(product, plain ? dims.map((size, i) => (batch[i] ? -1 : size)) : op.Shape(x[0]))
}

/** A matrix that many multiply sums over all their rows at once. */
function manyRows({ op, x, shape }: Backward, g: Value): Value {
  const [inner = 1, ...columns] = shape(x[1]).dims
  const flat = (value: Value, width: number) => op.Reshape(value, [-1, width])
  const product = op.Gemm(flat(x[0], inner), flat(g, columns[0] ?? 1), { transA: 1 })
  return columns.length === 0 ? op.Reshape(product, [inner]) : product
}

/** The last two axes swapped. */
export function transposed(op: Ops, value: Value, rank: number): Value {
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i))
  return op.Transpose(value, { perm })
}

const ends = ({ dims, batch }: Shape, count: number): Shape => ({
  dims: dims.slice(-count),
  batch: batch.slice(-count),
})
const row = ({ dims, batch }: Shape): Shape => ({ dims: [1, ...dims], batch: [false, ...batch] })

function joined(...parts: readonly Shape[]): Shape {
  return { dims: parts.flatMap(({ dims }) => dims), batch: parts.flatMap(({ batch }) => batch) }
}

/** The axes before a product's matrices: those of both factors, broadcast. */
function stretched(a: Shape, b: Shape): Shape {
  const width = Math.max(a.dims.length, b.dims.length, 2) - 2
  const axes = Array.from({ length: width }, (_, i) => i - width - 2)
  const size = (shape: Shape, axis: number) => (shape.dims.length < -axis ? 1 : (shape.dims.at(axis) as number))
  const batch = (shape: Shape, axis: number) => shape.dims.length >= -axis && (shape.batch.at(axis) as boolean)
  return {
    dims: axes.map((axis) => Math.max(size(a, axis), size(b, axis))),
    batch: axes.map((axis) => batch(a, axis) || batch(b, axis)),
  }
}

/** Y = alpha A' B' + beta C, where ' is an optional transposition. */
const gemm: Rule = several((at) => {
  const { op, x, dy, attributes } = at
  const alpha = float(attributes.float('alpha', 1))
  const beta = attributes.float('beta', 1)
  const [transA, transB] = [attributes.int('transA', 0), attributes.int('transB', 0)]
  const product = (a: Value, b: Value, first: number, second: number) =>
    op.Gemm(a, b, { alpha, transA: first, transB: second })
  return [
    () => (transA ? product(x[1], dy, transB, 1) : product(dy, x[1], 0, 1 - transB)),
    () => (transB ? product(dy, x[0], 1, transA) : product(x[0], dy, 1 - transA, 0)),
    () => {
      const sum = at.sumTo(dy, x[2])
      return beta === 1 ? sum : op.Mul(sum, beta)
    },
  ]
})

export const linear: RuleSet = { MatMul: (at) => matrixProduct(at, false, false, 1), Gemm: gemm, Einsum: einsum }
