/**
 * What is the strongest pattern among the contributions to the class?
 * M = the products of gradient and activation of each position, less their mean, projected on their first principal component,
 * with the sign with which the map correlates with their sum. As pytorch-grad-cam's EigenGradCAM; no paper of its own.
 * Warning: one component of many: what lies beside it is left out.
 */

import type { ProgramMethod } from '../method.ts'
import { centredOption } from './eigen-cam.ts'
import { principal } from './principal.ts'
import { displayOf, signed, stretched } from './weighing.ts'

export const eigenGradCam: ProgramMethod = {
  kind: 'program',
  name: 'eigen-grad-cam',
  title: 'EigenGrad-CAM',
  family: 'cam',
  question: 'What is the strongest pattern among the contributions to the class?',
  formula: 'g A projected on its first principal component',
  reference: 'Gildenblat et al. 2021, pytorch-grad-cam (EigenGradCAM)',
  warning: 'It is one component of many: what lies beside it is left out.',
  cost: '1 + what lies behind the layer',
  options: { relu: signed, centred: centredOption },
  like: {
    'pytorch-grad-cam': { options: { relu: true }, note: `${stretched}; its sign is chance, and may be the other one` },
  },
  at: 'layer',
  display: displayOf,
  heatmap: (view, { centred, relu }) => {
    const map = principal(view, view.op.Mul(view.gradient, view.value), centred as boolean)
    return relu ? view.op.Relu(map) : map
  },
}
