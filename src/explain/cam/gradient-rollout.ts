/**
 * From which places does attention carry what speaks for the class?
 * M = the rows of the tokens that are read in the product over the blocks of I + mean_heads ReLU(dS_c/dA A), A the attention.
 * Chefer, Gur, Wolf: Generic attention-model explainability (2021), arXiv 2103.15679.
 * Warning: what reaches the answer past attention, in the layers between, is left out.
 */

import type { ProgramMethod } from '../method.ts'
import { attentionsOf, byHeads, mapOfTokens, readTokens } from './attention.ts'

const title = 'Gradient rollout'

export const gradientRollout: ProgramMethod = {
  kind: 'program',
  name: 'gradient-rollout',
  title,
  family: 'cam',
  question: 'From which places does attention carry what speaks for the class?',
  formula: 'prod_l (I + mean_heads ReLU(dS/dA_l A_l)), the rows that are read',
  reference: 'Chefer, Gur, Wolf 2021, arXiv:2103.15679',
  warning: 'What reaches the answer past attention is left out. Transformers only.',
  cost: '2',
  options: {},
  at: 'layer',
  display: () => 'positive',
  wants: (facts) => attentionsOf(facts, title).map(({ probabilities }) => ({ at: probabilities })),
  heatmap: (view) => {
    const { op, parts, facts } = view
    const blocks = attentionsOf(facts, title).map((attention, i) => ({
      attention,
      part: parts[i] as (typeof parts)[0],
    }))
    const last = blocks.at(-1) as (typeof blocks)[0]
    const start = readTokens(view, last.part.gradient, last.attention)
    const flow = blocks.reduceRight((rows, { attention, part }) => {
      const product = op.Relu(op.Mul(part.gradient, part.value))
      return op.Add(rows, op.MatMul(rows, op.ReduceMean(byHeads(view, product, attention), [1], { keepdims: 0 })))
    }, start)
    return mapOfTokens(view, flow)
  },
}
