/**
 * Where does a random walk end that starts at the class and goes back along excitatory weights, to strong inputs rather than weak?
 * P_j = a_j sum_k w+_jk P_k / sum_j a_j w+_jk; the contrastive form takes away the walk of the class turned round.
 * Zhang et al.: Top-down neural attention by excitation backprop (2016), arXiv 1608.00507.
 * Warning: inhibition is left out by definition: what speaks against the class is not seen, except by contrast.
 */

import { excitation } from '../../autodiff/index.ts'
import type { ProgramMethod } from '../method.ts'
import type { ProgramView } from '../program-view.ts'
import { conserved, relevanceRules } from './relevance.ts'

const form = (
  contrastive: boolean,
): Pick<ProgramMethod, 'wants' | 'heatmap' | 'at' | 'kind' | 'family' | 'options'> => ({
  kind: 'program',
  family: 'propagation',
  at: 'layer',
  options: {},
  wants: ({ graph, layer, score }) => {
    const rules = excitation(graph, { contrastive, score: score.name })
    const name = contrastive ? 'contrastive excitation' : 'excitation'
    return layer ? [{ at: layer.name, rules: relevanceRules(name, rules, 'one') }] : []
  },
  heatmap: (view) => {
    const { op } = view
    const { map, sum, details } = conserved(view)
    const arrived = contrastive ? op.Sub(view.score, view.score) : mass(view)
    return {
      map: contrastive ? op.Relu(map) : map,
      ...(sum ? { sum } : {}),
      promised: arrived,
      ...(details ? { details } : {}),
    }
  },
})

/** What the target hands to the model's answer: 1 for one class. */
function mass({ op, builder, parts, score }: ProgramView) {
  const ledger = parts[0]?.rules?.ledger ?? []
  const first = ledger.find(({ node }) => !/^(objective|fovea)\//.test(node.name))
  return first ? builder.value(first.received) : op.Sub(score, score)
}

export const excitationBackprop: ProgramMethod = {
  ...form(false),
  name: 'excitation-backprop',
  title: 'Excitation backprop',
  question: 'Where does a walk from the class back along excitatory weights arrive?',
  formula: 'P_j = a_j sum_k w+_jk P_k / sum_j a_j w+_jk',
  reference: 'Zhang et al. 2016, arXiv:1608.00507',
  warning: 'It leaves inhibition out by definition, and tells classes apart badly; the contrastive form does better.',
  cost: '2',
  display: () => 'positive',
}

export const contrastiveExcitation: ProgramMethod = {
  ...form(true),
  name: 'contrastive-excitation-backprop',
  title: 'Contrastive excitation backprop',
  question: 'What excites this class more than its opposite?',
  formula: 'ReLU(P(W) - P(-W)), W the last layer',
  reference: 'Zhang et al. 2016, arXiv:1608.00507',
  warning: 'The opposite is the class with its weights turned round, no other class of the model.',
  cost: '2',
  display: () => 'positive',
}
