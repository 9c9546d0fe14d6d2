/**
 * How much of the score does each pixel carry?
 * R_j = sum_k c_jk R_k / sum_j c_jk: what a unit receives goes to its inputs by their contributions c_jk = a_j w_jk, with a rule for
 * each depth that says which contributions count.
 * Bach et al. 2015, doi 10.1371/journal.pone.0130140; composites: Montavon et al. 2019, doi 10.1007/978-3-030-28954-6_10.
 * Warning: the map depends on the rules as much as on the model; biases keep a part of the score.
 */

import { type LrpRule, lrp, lrpRules } from '../../autodiff/index.ts'
import { FoveaError } from '../../error/index.ts'
import type { ProgramMethod } from '../method.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { ForwardFacts, Rules } from '../recipe.ts'
import { canonised, conserved, levelOf, relevanceRules } from './relevance.ts'

export const lrpOptions = {
  rule: {
    default: 'epsilon-gamma-box',
    choices: [...lrpRules],
    describe:
      'one rule for all layers, or a composite: dense layers epsilon, convolutions the second word, the first layer the last word',
  },
  epsilon: {
    default: 1e-6,
    min: 0,
    describe: 'what keeps denominators from zero; the larger, the less small contributions count',
  },
  gamma: { default: 0.25, min: 0, describe: 'how much more positive contributions count (rule gamma)' },
  alpha: {
    default: 2,
    min: 1,
    describe: 'how much positive contributions count; negative ones count 1 - alpha (rule alpha-beta)',
  },
} satisfies OptionSchema

export function lrpRulesFor({ graph, vision }: ForwardFacts, options: Options): Rules {
  if (options.epsilon === 0)
    throw new FoveaError('FOVEA_USAGE', "lrp's option 'epsilon' is above 0; rule: zero is the rule without one.")
  const { name, layout } = vision.pixels
  const found = lrp(graph, {
    rule: options.rule as LrpRule,
    epsilon: options.epsilon as number,
    gamma: options.gamma as number,
    alpha: options.alpha as number,
    pixels: {
      name,
      channels: (vision.measured.shapes.get(name)?.dims.length ?? 4) - (layout === 'NCHW' ? 3 : 1),
      low: levelOf(vision, 0),
      high: levelOf(vision, 255),
    },
  })
  return relevanceRules(`lrp ${options.rule}`, found)
}

export const lrpMethod: ProgramMethod = {
  kind: 'program',
  name: 'lrp',
  title: 'LRP',
  family: 'propagation',
  question: 'How much of the score does each pixel carry?',
  formula: 'R_j = sum_k c_jk R_k / sum_j c_jk',
  reference: 'Bach et al. 2015, doi:10.1371/journal.pone.0130140',
  warning: 'The map depends on the rules as much as on the model; biases keep a part of the score.',
  cost: '3 to 8',
  options: lrpOptions,
  like: {
    captum: {
      options: { rule: 'epsilon', epsilon: 1e-9 },
      note: 'Captum keeps the colours apart; here they are summed.',
    },
  },
  at: 'image',
  display: () => 'signed-pixel',
  forward: canonised,
  wants: (facts, options) => [{ at: facts.vision.pixels.name, rules: lrpRulesFor(facts, options) }],
  heatmap: conserved,
}
