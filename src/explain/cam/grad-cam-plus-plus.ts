/**
 * Which regions speak for the class, each occurrence of it alike?
 * M = ReLU(sum_k w_k A_k), w_k = sum_xy ReLU(g) / (2 + g sum_xy A_k), g = dS_c/dA_k: the closed form of the paper's alpha, without
 * the factor exp(S_c), which is one number an image. The weights do not change with the size of the layer.
 * Chattopadhay et al.: Grad-CAM++ (2017), arXiv 1710.11063.
 * Warning: the derivation assumes activations that are not negative (ReLU); elsewhere 2 + g sum A can come near zero.
 */

import type { ProgramMethod } from '../method.ts'
import { displayOf, overChannels, overPositions, rectified, stretched } from './weighing.ts'

export const gradCamPlusPlus: ProgramMethod = {
  kind: 'program',
  name: 'grad-cam++',
  title: 'Grad-CAM++',
  family: 'cam',
  question: 'Which regions speak for the class, each of several objects alike?',
  formula: 'ReLU(sum_k w_k A_k), w_k = sum(ReLU(g) / (2 + g sum A_k))',
  reference: 'Chattopadhay et al. 2017, arXiv:1710.11063',
  warning:
    'It is derived for activations that are not negative (ReLU); its weights ignore what speaks against the class.',
  cost: '1 + what lies behind the layer',
  options: {
    relu: rectified,
    epsilon: {
      default: 0,
      min: 0,
      describe: 'added to 2 g^2 + g^3 sum A, which is tiny: even 1e-6 changes the weights',
    },
  },
  like: { 'pytorch-grad-cam': { options: { epsilon: 1e-6 }, note: stretched } },
  at: 'layer',
  display: displayOf,
  heatmap: (view, options) => {
    const { op, value, gradient } = view
    const positive = op.Greater(gradient, 0)
    const plain = op.Add(op.Mul(gradient, overPositions(view, value)), 2)
    const below = options.epsilon
      ? op.Add(plain, op.Div(options.epsilon as number, op.Where(positive, op.Mul(gradient, gradient), 1)))
      : plain
    const used = op.And(positive, op.Not(op.Equal(below, 0)))
    const weights = overPositions(view, op.Div(op.Where(used, gradient, 0), op.Where(used, below, 1)))
    return overChannels(view, op.Mul(weights, value), options)
  },
}
