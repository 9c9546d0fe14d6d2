/**
 * Which regions speak for the class, weighed so that the weights account for the score?
 * M = ReLU(sum_k w_k A_k), w_k = sum_xy g A_k / sum_xy A_k, g = dS_c/dA_k; a channel whose sum is 0 counts 0.
 * Fu et al.: Axiom-based Grad-CAM (2020), arXiv 2008.02312.
 * Warning: where activations are negative too (SiLU, GELU, transformers) the sum comes near zero, and the weight's sign is chance.
 */

import type { ProgramMethod } from '../method.ts'
import { displayOf, overChannels, overPositions, rectified, stretched } from './weighing.ts'

export const xGradCam: ProgramMethod = {
  kind: 'program',
  name: 'xgrad-cam',
  title: 'XGrad-CAM',
  family: 'cam',
  question: 'Which regions speak for the class, with weights that account for the score?',
  formula: 'ReLU(sum_k w_k A_k), w_k = sum(g A_k) / sum(A_k)',
  reference: 'Fu et al. 2020, arXiv:2008.02312',
  warning: "Where activations are negative too (SiLU, GELU) a channel's sum comes near zero: its weight is unstable.",
  cost: '1 + what lies behind the layer',
  options: {
    relu: rectified,
    epsilon: { default: 0, min: 0, describe: "added to the sum of each channel's activations" },
  },
  like: { 'pytorch-grad-cam': { options: { epsilon: 1e-7 }, note: stretched } },
  at: 'layer',
  display: displayOf,
  heatmap: (view, options) => {
    const { op, value, gradient } = view
    const plain = overPositions(view, value)
    const sum = options.epsilon ? op.Add(plain, options.epsilon as number) : plain
    const empty = op.Equal(sum, 0)
    const product = overPositions(view, op.Mul(gradient, value))
    const weights = op.Where(empty, 0, op.Div(product, op.Where(empty, 1, sum)))
    return overChannels(view, op.Mul(weights, value), options)
  },
}
