/**
 * Which pixels matter, not only for this very image but for noisy ones around it?
 * M = reduce(mean over n of dS(x + e_n)/dx), e_n normal with a standard deviation of `noise` times the image's range.
 * Smilkov et al.: SmoothGrad (2017), arXiv 1706.03825.
 * Warning: a smoother map is not a truer one; the noise's size decides what is seen.
 */

import type { RunMethod } from '../method.ts'
import { colourOptions, colourReducer, planeFrom, reduceColours } from './colours.ts'
import { addNoise, noiseOptions, noisePeers, noisyGradients } from './noise.ts'

export const smoothGrad: RunMethod = {
  kind: 'run',
  name: 'smooth-grad',
  title: 'SmoothGrad',
  family: 'gradient',
  question: 'Which pixels matter for images like this one?',
  formula: 'mean_n dS(x + e_n)/dx',
  reference: 'Smilkov et al. 2017, arXiv:1706.03825',
  warning: 'A smoother map is not a truer one: the size of the noise decides what is seen.',
  cost: 'samples x 2',
  options: { ...noiseOptions, ...colourOptions },
  like: noisePeers,
  at: 'image',
  display: (options) => (options.sign === 'signed' ? 'signed-pixel' : 'pixel'),
  unrolled: {
    samples: ({ samples }) => samples as number,
    ahead: addNoise,
    heatmap: ({ op, channels }, gradient, options) =>
      reduceColours(op, op.ReduceMean(gradient, [1], { keepdims: 0 }), channels, options),
  },
  async run(study, options) {
    const reduce = colourReducer(options)
    const { vision } = study
    const map = (mean: Float64Array) => planeFrom(vision, mean, reduce)
    const { moments, facts } = await noisyGradients(study, options, ({ mean }) => map(mean))
    const { mean, count } = moments
    if (count < 2 || options.channels === 'sum') return { map: map(mean), ...facts }
    // The error of the colour that the map shows; of a sum it would need the colours' covariance.
    const variance = moments.variance()
    const order = Float64Array.from(mean, (_, i) => i)
    const standardError = planeFrom(vision, order, (places) => {
      const shown = places.reduce((a, b) => (Math.abs(mean[b] as number) > Math.abs(mean[a] as number) ? b : a))
      return Math.sqrt((variance[shown] as number) / count)
    })
    return { map: map(mean), standardError, ...facts }
  },
}
