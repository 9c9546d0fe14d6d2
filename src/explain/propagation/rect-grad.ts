/**
 * Which pixels matter, by way of the units that matter most?
 * The gradient, stopped at every ReLU where a R is not among the layer's largest: R' = R [a R > its q-th percentile].
 * Kim et al.: Why are saliency maps noisy? (2019), arXiv 1902.04893.
 * Warning: a clean map by construction: what it leaves out is not shown to be unimportant.
 */

import type { ProgramMethod } from '../method.ts'
import { colourDisplay, colourOptions, overColours, rectGradRules } from './rectified.ts'

export const rectGradMethod: ProgramMethod = {
  kind: 'program',
  name: 'rect-grad',
  title: 'RectGrad',
  family: 'propagation',
  question: 'Which pixels matter by way of the units that matter most?',
  formula: "R' = R where a R > percentile_q(a R)",
  reference: 'Kim et al. 2019, arXiv:1902.04893',
  warning: 'It is clean by construction: what it leaves out is not shown to be unimportant.',
  cost: '2',
  options: {
    percentile: {
      default: 98,
      min: 0,
      max: 100,
      describe: 'how many of a hundred units each layer stops',
    },
    multiply: { default: true, describe: 'multiply by the input, as the paper does at the end' },
    ...colourOptions('max'),
  },
  at: 'image',
  display: colourDisplay,
  wants: (facts, options) => [
    { at: facts.vision.pixels.name, rules: rectGradRules(facts, options.percentile as number) },
  ],
  heatmap: (view, options) => {
    const { op, value, gradient } = view
    return overColours(view, options.multiply ? op.Mul(value, gradient) : gradient, options)
  },
}
