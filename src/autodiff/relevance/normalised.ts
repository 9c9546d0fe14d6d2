/** Normalisation by the image's own deviation: it is held as a constant, which makes the operator linear (Ali et al. 2022, arXiv 2202.07304). */

import { operatorKey, type Value } from '../../onnx/index.ts'
import { gradient } from '../gradient/index.ts'
import { normalizedSizes, standardize } from '../gradient/standardize.ts'
import type { Remarks } from '../remarks.ts'
import { type Backward, type Rule, receiving } from '../rule.ts'
import type { Share } from './ledger.ts'
import { shared } from './stabilised.ts'

const held = 'holds its deviation as a constant, which makes it linear (Ali et al. 2022)'

export function normalised(at: Backward, epsilon: number, notes: Remarks): Share | undefined {
  const { op, x, dy } = at
  const key = operatorKey(at.node)
  if (key === 'LayerNormalization' && !at.wanted(1)) {
    notes.add(at.node, held)
    const sizes = normalizedSizes(at)
    const { inverse, axes } = standardize(at, x[0], at.shape(x[0]).dims.length, sizes)
    const ratio = shared(at, dy, at.y[0], epsilon)
    const slope = op.Mul(op.Mul(ratio, x[1]), inverse)
    const centred = op.Sub(slope, op.ReduceMean(slope, axes, { keepdims: 1 }))
    return { rule: 'deviation held', given: [op.Mul(x[0], centred)], kept: at.has(2) ? op.Mul(x[2], ratio) : null }
  }
  if ((key === 'RMSNormalization' || key === 'SimplifiedLayerNormalization') && !at.wanted(1)) {
    notes.add(at.node, held)
    return { rule: 'deviation held', given: [dy] }
  }
  if (key === 'Div' && at.wanted(0) && at.wanted(1)) {
    notes.add(at.node, 'holds its divisor as a constant, which makes it linear (Ali et al. 2022)')
    return { rule: 'divisor held', given: [at.sumTo(dy, x[0])] }
  }
  if ((key === 'Attention' || key === 'com.microsoft:MultiHeadAttention') && at.wanted(2)) {
    notes.add(at.node, 'holds its attention as a constant: queries and keys get no relevance (Ali et al. 2022)')
    const values = { ...at, wanted: (i: number) => i === 2 }
    const found = (gradient[key] as Rule)(receiving(values, shared(at, dy, at.y[0], epsilon)))
    return { rule: 'attention held', given: [null, null, op.Mul(x[2], found[2] as Value)] }
  }
  return undefined
}
