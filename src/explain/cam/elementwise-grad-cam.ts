/**
 * Which regions hold what speaks for the class, with nothing that speaks against it taken off?
 * M = sum_k ReLU(dS_c/dA_k A_k), element by element.
 * As pytorch-grad-cam's GradCAMElementWise; no paper of its own.
 * Warning: evidence against the class at the same place is left out, so that a place can look stronger than it is.
 */

import type { ProgramMethod } from '../method.ts'
import { overChannels, stretched } from './weighing.ts'

export const elementwiseGradCam: ProgramMethod = {
  kind: 'program',
  name: 'grad-cam-elementwise',
  title: 'Grad-CAM, element-wise',
  family: 'cam',
  question: 'Which regions hold anything that speaks for the class?',
  formula: 'sum_k ReLU(g_k A_k)',
  reference: 'Gildenblat et al. 2021, pytorch-grad-cam (GradCAMElementWise)',
  warning: 'What speaks against the class at the same place is left out.',
  cost: '1 + what lies behind the layer',
  options: {},
  like: { 'pytorch-grad-cam': { options: {}, note: stretched } },
  at: 'layer',
  display: () => 'positive',
  heatmap: (view) => {
    const { op, value, gradient } = view
    return overChannels(view, op.Relu(op.Mul(gradient, value)), {})
  },
}
