/**
 * Which regions speak for the class?
 * M = ReLU(sum over channels k of mean_xy(dS_c/dA_k) A_k), A the activations of a layer.
 * Selvaraju et al.: Grad-CAM (2016), arXiv 1610.02391.
 * Warning: the map has the layer's resolution (7x7 for many models); its smoothness is interpolation.
 */

import type { ProgramMethod } from '../method.ts'

export const gradCam: ProgramMethod = {
  kind: 'program',
  name: 'grad-cam',
  title: 'Grad-CAM',
  family: 'cam',
  question: 'Which regions speak for the class?',
  formula: 'ReLU(sum_k mean(dS/dA_k) A_k)',
  reference: 'Selvaraju et al. 2016, arXiv:1610.02391',
  warning: "It has the layer's resolution; what looks smooth is interpolated.",
  cost: '1 + what lies behind the layer',
  options: {
    relu: { default: true, describe: 'keep only what speaks for the class; false shows what speaks against it too' },
  },
  at: 'layer',
  display: (options) => (options.relu ? 'positive' : 'signed'),
  heatmap: ({ op, value, gradient }, options) => {
    const weights = op.ReduceMean(gradient, [2, 3], { keepdims: 1 })
    const map = op.ReduceSum(op.Mul(weights, value), [1], { keepdims: 0 })
    return options.relu ? op.Relu(map) : map
  },
}
