/**
 * Which places of a layer is the score sensitive to, on the way from a baseline to the image?
 * M(x, y) = sum over channels of integral over a in [0, 1] of dS/dA at the image b + a (x - b).
 * Leino et al.: Influence-directed explanations for deep convolutional networks (2018), arXiv 1802.03788.
 * Warning: it is a sensitivity: how much the layer's values are is not in it.
 */

import { statusOf } from '../certificate.ts'
import type { RunMethod } from '../method.ts'
import { baselinePictures } from './baseline.ts'
import { channelSum } from './colours.ts'
import { pathOptions, walk } from './path.ts'
import { layerGradient } from './programs.ts'

const everywhere =
  'The derivative is the same at every place of this layer, as it is before a global average pool: choose an earlier layer (--layer).'

export const internalInfluence: RunMethod = {
  kind: 'run',
  name: 'internal-influence',
  title: 'Internal influence',
  family: 'gradient',
  question: 'Which places of a layer is the score sensitive to, on the way from a baseline to the image?',
  formula: 'sum_k integral_0^1 dS/dA_k da',
  reference: 'Leino et al. 2018, arXiv:1802.03788',
  warning: 'It is a sensitivity: the values of the layer are not in it.',
  cost: 'steps x 2',
  options: pathOptions,
  like: {
    captum: {
      options: { quadrature: 'gauss-legendre', steps: 50, baseline: 'mean' },
      note: 'Captum leaves the channels apart; their sum is this map',
    },
  },
  pictures: baselinePictures,
  at: 'layer',
  display: () => 'signed',
  async run(study, options) {
    const asked = await layerGradient(study)
    let total = new Float64Array(0)
    const { facts } = await walk(study, asked, options, ({ gradient }, weight) => {
      if (total.length === 0) total = new Float64Array(gradient?.data.length ?? 0)
      for (let k = 0; k < total.length; k++) total[k] = (total[k] as number) + weight * (gradient?.data[k] as number)
    })
    const map = channelSum(study, total)
    const notes = statusOf(map, false) === 'constant' ? [everywhere] : []
    return { map, ...facts, notes }
  },
}
