/**
 * How much does each place of the layer add to the class's score?
 * M = sum_k dS_c/dA_k A_k, element by element. Where what follows the layer is linear, M adds up to S_c - bias exactly.
 * Draelos, Carin: Use HiResCAM instead of Grad-CAM (2020), arXiv 2011.08891.
 * Warning: behind layers with more than a linear head it is a first-order estimate like the others; before a layer normalisation
 * it is near zero, because the score does not change there with the activations' scale.
 */

import type { ProgramMethod } from '../method.ts'
import type { ForwardFacts } from '../recipe.ts'
import { atZero, between, firstBent, withZeros } from './behind.ts'
import { displayOf, overChannels, signed, stretched } from './weighing.ts'

export const hiResCam: ProgramMethod = {
  kind: 'program',
  name: 'hires-cam',
  title: 'HiResCAM',
  family: 'cam',
  question: "How much does each place of the layer add to the class's score?",
  formula: 'sum_k g_k A_k',
  reference: 'Draelos, Carin 2020, arXiv:2011.08891',
  warning:
    'It adds up to the score only where what follows the layer is linear; elsewhere an estimate, and near zero before a LayerNorm.',
  cost: '1 + what lies behind the layer',
  options: { relu: signed },
  like: { 'pytorch-grad-cam': { options: { relu: true }, note: stretched } },
  at: 'layer',
  display: displayOf,
  forward: (graph, facts) => {
    const nodes = linearHead(facts)
    return nodes ? withZeros(graph, nodes, facts.layer?.name ?? '') : graph
  },
  heatmap: (view, options) => {
    const { op, builder, value, gradient, score, facts } = view
    const parts = overChannels(view, op.Mul(gradient, value), {})
    const map = options.relu ? op.Relu(parts) : parts
    const bias = atZero(score.name)
    if (!builder.dtype(bias) || facts.layer?.others !== 0) return map
    return { map, sum: op.ReduceSum(parts, [1, 2], { keepdims: 0 }), promised: op.Sub(score, builder.value(bias)) }
  },
}

function linearHead({ graph, layer, score }: ForwardFacts) {
  const from = layer?.name ?? ''
  const nodes = between(graph, from, score.name)
  return firstBent(nodes, from) ? undefined : nodes
}
