/**
 * Which fine structures excite the units that speak for the class?
 * The gradient, but only what is positive goes back through a ReLU: R' = R [x > 0] [R > 0].
 * Springenberg et al.: Striving for simplicity (2014), arXiv 1412.6806.
 * Warning: it shows edges more than evidence: it hardly changes with the class, or when the weights are randomised.
 */

import type { ProgramMethod } from '../method.ts'
import { colourDisplay, colourOptions, guidedRules, overColours } from './rectified.ts'

export const guidedBackprop: ProgramMethod = {
  kind: 'program',
  name: 'guided-backprop',
  title: 'Guided backpropagation',
  family: 'propagation',
  question: 'Which fine structures excite the units that speak for the class?',
  formula: "R' = R where x > 0 and R > 0",
  reference: 'Springenberg et al. 2014, arXiv:1412.6806',
  warning: 'It shows edges more than evidence: it hardly changes with the class or with randomised weights.',
  cost: '2',
  options: colourOptions('max'),
  like: { captum: { options: { channels: 'sum' }, note: 'Captum keeps the colours apart; here they are summed.' } },
  at: 'image',
  display: colourDisplay,
  wants: (facts) => [{ at: facts.vision.pixels.name, rules: guidedRules(facts) }],
  heatmap: (view, options) => overColours(view, view.gradient, options),
}
