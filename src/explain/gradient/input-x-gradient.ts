/**
 * Which pixels, by the values that they have, add to the score or take from it?
 * M(x, y) = sum over colours of x . dS/dx, x the tensor that the model receives.
 * Shrikumar et al.: Not just a black box (2016), arXiv 1605.01713.
 * Warning: it depends on where zero lies; after the usual normalisation that is the mean colour, not black.
 */

import type { ProgramMethod } from '../method.ts'

export const inputXGradient: ProgramMethod = {
  kind: 'program',
  name: 'input-x-gradient',
  title: 'Input x gradient',
  family: 'gradient',
  question: 'Which pixels, by the values that they have, add to the score or take from it?',
  formula: 'sum over colours of x . dS/dx',
  reference: 'Shrikumar et al. 2016, arXiv:1605.01713',
  warning: 'It depends on where zero lies: in normalised pixels that is the mean colour, not black.',
  cost: '2',
  options: {},
  like: { captum: { options: {}, note: 'Captum leaves the colours apart; their sum is this map' } },
  at: 'image',
  display: () => 'signed-pixel',
  heatmap: ({ op, value, gradient, channels }) => op.ReduceSum(op.Mul(value, gradient), [channels], { keepdims: 0 }),
}
