/** Matrix products. */

import type { Value } from '../../onnx/index.ts'
import type { Backward, RuleSet } from '../rule.ts'

/** The last two axes swapped. */
function transposed(at: Backward, value: Value): Value {
  const rank = at.shape(value).dims.length
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i))
  return at.op.Transpose(value, { perm })
}

export const linear: RuleSet = {
  /** dA = dY B^T, dB = A^T dY; a vector is a matrix with one row (A) or column (B), batch axes broadcast. */
  MatMul: (at) => {
    const { op, x, dy } = at
    const [a, b] = x
    const ranks = [at.shape(a).dims.length, at.shape(b).dims.length] as const
    const full = (ranks[0] === 1 ? [-2] : []).concat(ranks[1] === 1 ? [-1] : [])
    const g = full.length === 2 ? op.Reshape(dy, [1, 1]) : full.length === 1 ? op.Unsqueeze(dy, full) : dy
    const left = () => {
      const columns = ranks[1] === 1 ? op.Unsqueeze(b, [0]) : transposed(at, b)
      return unbatch(at, op.MatMul(g, columns), a)
    }
    const right = () => {
      const rows = ranks[0] === 1 ? op.Unsqueeze(a, [1]) : transposed(at, a)
      return unbatch(at, op.MatMul(rows, g), b)
    }
    return [at.wanted(0) ? left() : null, at.wanted(1) ? right() : null]
  },
  /** Y = alpha A' B' + beta C, where ' is an optional transposition. */
  Gemm: (at) => {
    const { op, x, dy, attributes } = at
    const alpha = attributes.float('alpha', 1)
    const beta = attributes.float('beta', 1)
    const [transA, transB] = [attributes.int('transA', 0), attributes.int('transB', 0)]
    const scaled = (value: Value, by: number) => (by === 1 ? value : op.Mul(value, by))
    const product = (a: Value, b: Value, flags: [number, number]) =>
      scaled(op.Gemm(a, b, { transA: flags[0], transB: flags[1] }), alpha)
    return [
      at.wanted(0) ? (transA ? product(x[1], dy, [transB, 1]) : product(dy, x[1], [0, 1 - transB])) : null,
      at.wanted(1) ? (transB ? product(dy, x[0], [1, transA]) : product(x[0], dy, [1 - transA, 0])) : null,
      at.wanted(2) ? at.sumTo(scaled(dy, beta), x[2]) : null,
    ]
  },
}

/** Sums a product over the batch axes along which the factor was broadcast. */
function unbatch(at: Backward, gradient: Value, factor: Value): Value {
  const { op } = at
  const own = at.shape(factor)
  const out = at.shape(at.y[0])
  const other = at.shape(factor === at.x[0] ? at.x[1] : at.x[0])
  const ownBatch = own.dims.slice(0, -2)
  const width = Math.max(ownBatch.length, other.dims.length - 2)
  const axes = Array.from({ length: width }, (_, i) => i).filter((i) => {
    const at0 = i - (width - ownBatch.length)
    return at0 < 0 || own.dims[at0] !== out.dims[i] || own.batch[at0] !== out.batch[i]
  })
  const summed = axes.length > 0 ? op.ReduceSum(gradient, axes, { keepdims: 1 }) : gradient
  return axes.length > 0 || own.dims.length === 1 ? op.Reshape(summed, op.Shape(factor)) : summed
}
