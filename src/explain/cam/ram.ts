/**
 * Which regions raise the number that the model answers, and which lower it?
 * M = sum_k w_k A_k for y = sum_k w_k mean_xy(A_k) + bias: signed, no ReLU and no softmax; mean_xy M + bias = y exactly.
 * Wang, Yang: Diabetic retinopathy detection via deep convolutional networks for discriminative localization (2017), arXiv 1703.10757.
 * Warning: for regressions that end in a global average pool and a linear layer.
 */

import { FoveaError } from '../../error/index.ts'
import type { ProgramMethod } from '../method.ts'
import { weighedByHead, withBias } from './pooled.ts'

const title = 'RAM'

export const ram: ProgramMethod = {
  kind: 'program',
  name: 'ram',
  title,
  family: 'cam',
  question: "Which regions raise the regression's answer, and which lower it?",
  formula: 'sum_k w_k A_k, whose mean is y - bias',
  reference: 'Wang, Yang 2017, arXiv:1703.10757',
  warning: 'Only for regressions that end in a global average pool and a linear layer; its sign is the point.',
  cost: '1',
  options: {},
  at: 'layer',
  display: () => 'signed',
  forward: (graph, facts) => {
    const { head } = facts.vision
    if (head && head.classes > 1)
      throw new FoveaError(
        'FOVEA_METHOD',
        `RAM explains a regression, and the model's answer '${head.output}' is a list of ${head.classes} classes: CAM does the same for a class.`,
      )
    return withBias(graph, facts, title)
  },
  heatmap: (view, options) => weighedByHead(view, options, title),
}
