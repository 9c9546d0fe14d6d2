/**
 * From which places does attention carry information to the tokens that are read?
 * M = the rows of the tokens that the score is read from in the product over the blocks of (A + I) / 2, A the mean of the heads.
 * Abnar, Zuidema: Quantifying attention flow in transformers (2020), arXiv 2005.00928.
 * Warning: it knows no class, and takes attention for all that happens: values and the layers between are left out.
 */

import type { ProgramMethod } from '../method.ts'
import { attentionsOf, byHeads, mapOfTokens, readTokens } from './attention.ts'

const title = 'Attention rollout'

export const attentionRollout: ProgramMethod = {
  kind: 'program',
  name: 'attention-rollout',
  title,
  family: 'cam',
  question: 'From which places does attention carry information to the answer?',
  formula: 'prod_l (mean_heads(A_l) + I) / 2, the rows that are read',
  reference: 'Abnar, Zuidema 2020, arXiv:2005.00928',
  warning: 'It knows no class, and takes attention for all that happens in a block. Transformers only.',
  cost: '1',
  options: {},
  at: 'layer',
  classFree: true,
  display: () => 'positive',
  // The last block's gradient tells which tokens are read: all others have none.
  wants: (facts) =>
    attentionsOf(facts, title).map(({ probabilities }, i, all) => ({
      at: probabilities,
      ...(i < all.length - 1 ? { rules: null } : {}),
    })),
  heatmap: (view) => {
    const { op, parts, facts } = view
    const blocks = attentionsOf(facts, title).map((attention, i) => ({
      attention,
      part: parts[i] as (typeof parts)[0],
    }))
    const last = blocks.at(-1) as (typeof blocks)[0]
    const start = readTokens(view, last.part.gradient, last.attention)
    const flow = blocks.reduceRight((rows, { attention, part }) => {
      const mean = op.ReduceMean(byHeads(view, part.value, attention), [1], { keepdims: 0 })
      return op.Mul(op.Add(op.MatMul(rows, mean), rows), 0.5)
    }, start)
    return mapOfTokens(view, flow)
  },
}
