/**
 * Which regions hold the channels that the class's score would miss?
 * M = ReLU(sum_k w_k A_k), w_k = (y - y_k) / |y|, y_k the score when channel k of the layer is zero. Needs no gradient.
 * Desai, Ramaswamy: Ablation-CAM (2020), WACV.
 * Warning: zero is no neutral value for every layer; a channel's stand-ins hide what it does.
 */

import type { RunMethod } from '../method.ts'
import { cellsOf, weighedSum, withoutChannel } from './cells.ts'
import { displayOf, rectified } from './weighing.ts'

export const ablationCam: RunMethod = {
  kind: 'run',
  name: 'ablation-cam',
  title: 'Ablation-CAM',
  family: 'cam',
  question: "Which regions hold the channels that the class's score would miss?",
  formula: 'ReLU(sum_k w_k A_k), w_k = (y - y without A_k) / |y|',
  reference: 'Desai, Ramaswamy 2020, WACV (Ablation-CAM)',
  warning: 'Zero is no neutral value at every layer, and channels that stand in for one another hide each other.',
  cost: '1 + channels x what lies behind the layer',
  options: { relu: rectified },
  like: {
    'pytorch-grad-cam': {
      options: {},
      note: 'for layers whose least activation is 0 and scores above 0; elsewhere it puts in the minimum less 1e7, and divides by y',
    },
  },
  at: 'layer',
  display: displayOf,
  async run(study, { relu }) {
    const cells = await cellsOf(study)
    const { name } = cells.layer
    const behind = await study.open({ name: 'fovea/behind', entry: [name] })
    const weights = new Float64Array(cells.channels)
    const size = Math.abs(study.score) || 1
    await behind.each(
      cells.channels,
      (k) => ({ [name]: withoutChannel(cells, k) }),
      (k, { score }) => {
        weights[k] = (study.score - (score?.data[0] as number)) / size
      },
      { preview: () => weighedSum(cells, weights, relu as boolean) },
    )
    return { map: weighedSum(cells, weights, relu as boolean), details: { channels: cells.channels } }
  },
}
