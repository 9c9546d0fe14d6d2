/**
 * How much does each pixel add to the score on the way from a baseline to the image?
 * M(x, y) = sum over colours of (x - b) . integral over a in [0, 1] of dS/dx at b + a (x - b); the map adds up to S(x) - S(b).
 * Sundararajan, Taly, Yan: Axiomatic attribution for deep networks (2017), arXiv 1703.01365.
 * Warning: what equals the baseline gets nothing: with black, dark objects stay dark.
 */

import type { RunMethod } from '../method.ts'
import { baselinePictures } from './baseline.ts'
import { planeFrom, sumOfColours } from './colours.ts'
import { addPath, integrate, pathOptions, pathPeers, walk } from './path.ts'
import { imageGradient } from './programs.ts'

export const integratedGradients: RunMethod = {
  kind: 'run',
  name: 'integrated-gradients',
  title: 'Integrated gradients',
  family: 'gradient',
  question: 'How much does each pixel add to the score on the way from a baseline to the image?',
  formula: '(x - b) . integral_0^1 dS(b + a (x - b))/dx da',
  reference: 'Sundararajan, Taly, Yan 2017, arXiv:1703.01365',
  warning: 'What equals the baseline gets nothing: with black, dark objects stay dark.',
  cost: 'steps x 2',
  options: pathOptions,
  like: pathPeers,
  pictures: baselinePictures,
  at: 'image',
  display: () => 'signed-pixel',
  unrolled: {
    samples: ({ steps }) => steps as number,
    ahead: addPath,
    heatmap: (images, gradient, options) =>
      images.op.ReduceSum(integrate(images, gradient, options), [images.channels], { keepdims: 0 }),
  },
  async run(study, options) {
    const { input, vision } = study
    const total = new Float64Array(input.data.length)
    const asked = await imageGradient(study)
    const { promised, facts } = await walk(study, asked, options, ({ gradient }, weight, baseline) => {
      for (let k = 0; k < total.length; k++) {
        const way = (input.data[k] as number) - (baseline.data[k] as number)
        total[k] = (total[k] as number) + weight * way * (gradient?.data[k] as number)
      }
    })
    return { map: planeFrom(vision, total, sumOfColours), sums: { sum: sumOfColours(total), promised }, ...facts }
  },
}
