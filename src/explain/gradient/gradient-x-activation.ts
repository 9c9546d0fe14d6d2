/**
 * Which places of a layer, by the values that they have, add to the score or take from it?
 * M(x, y) = sum over channels of A . dS/dA, A the layer's value.
 * Kokhlikyan et al.: Captum (2020), arXiv 2009.07896 (layer gradient x activation).
 * Warning: on a layer whose zero means nothing (behind a normalisation, say) the product depends on where zero lies.
 */

import type { ProgramMethod } from '../method.ts'

export const gradientXActivation: ProgramMethod = {
  kind: 'program',
  name: 'gradient-x-activation',
  title: 'Gradient x activation',
  family: 'gradient',
  question: 'Which places of a layer, by the values that they have, add to the score or take from it?',
  formula: 'sum_k A_k . dS/dA_k',
  reference: 'Kokhlikyan et al. 2020, arXiv:2009.07896',
  warning: 'It depends on where the zero of the layer lies.',
  cost: '1 + what lies behind the layer',
  options: {},
  like: { captum: { options: {}, note: 'Captum leaves the channels apart; their sum is this map' } },
  at: 'layer',
  display: () => 'signed',
  heatmap: ({ op, value, gradient }) => op.ReduceSum(op.Mul(value, gradient), [1], { keepdims: 0 }),
}
