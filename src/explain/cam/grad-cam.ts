/**
 * Which regions speak for the class?
 * M = ReLU(sum over channels k of mean_xy(dS_c/dA_k) A_k), A the activations of a layer.
 * Selvaraju et al.: Grad-CAM (2016), arXiv 1610.02391.
 * Warning: the map has the layer's resolution (7x7 for many models); its smoothness is interpolation.
 */

import type { ProgramMethod } from '../method.ts'
import { displayOf, overChannels, overPositions, rectified, stretched } from './weighing.ts'

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
  options: { relu: rectified },
  like: {
    captum: { options: { relu: false }, note: 'LayerGradCam keeps what speaks against the class' },
    'pytorch-grad-cam': { options: {}, note: stretched },
  },
  at: 'layer',
  display: displayOf,
  heatmap: (view, options) => {
    const { op, value, gradient } = view
    return overChannels(view, op.Mul(overPositions(view, gradient, 'ReduceMean'), value), options)
  },
}
