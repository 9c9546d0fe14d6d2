/**
 * Which regions speak for the class, when channels act together?
 * M = ReLU(sum_k w_k A_k), w_k = mean_xy(g - H A / 2): Grad-CAM with the second-order term of the Shapley value; H is the Hessian
 * of the score at the layer, and H A = d(g A)/dA - g. Cai: CAMs as Shapley value-based explainers (2025), arXiv 2501.06261.
 * Warning: behind piecewise linear layers (ReLU) H is zero, and the map that of Grad-CAM.
 */

import type { ProgramMethod } from '../method.ts'
import { displayOf, overChannels, overPositions, rectified, stretched } from './weighing.ts'

export const shapleyCam: ProgramMethod = {
  kind: 'program',
  name: 'shapley-cam',
  title: 'Shapley-CAM',
  family: 'cam',
  question: 'Which regions speak for the class, when channels act together?',
  formula: 'ReLU(sum_k mean(g_k - (H A)_k / 2) A_k)',
  reference: 'Cai 2025, arXiv:2501.06261',
  warning: 'Where what follows the layer is piecewise linear (ReLU), it is Grad-CAM.',
  cost: '1 + 3 x what lies behind the layer',
  options: { relu: rectified },
  like: { 'pytorch-grad-cam': { options: {}, note: stretched } },
  at: 'layer',
  display: displayOf,
  wants: ({ layer }) => {
    const at = layer?.name ?? ''
    return [
      { at },
      {
        at,
        objective: ({ op, parts: [first] }) =>
          op.ReduceSum(op.Mul(first?.gradient ?? null, first?.value ?? null), [1, 2, 3], { keepdims: 0 }),
      },
    ]
  },
  heatmap: (view, options) => {
    const { op, value, gradient, parts } = view
    // d(g A)/dA = g + H A, so that g - H A / 2 is one and a half g less half of it.
    const slope = parts[1]?.gradient ?? gradient
    const weights = op.Sub(op.Mul(gradient, 1.5), op.Mul(slope, 0.5))
    return overChannels(view, op.Mul(overPositions(view, weights, 'ReduceMean'), value), options)
  },
}
