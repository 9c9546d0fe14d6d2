/**
 * Where does the derivative change most among noisy images around this one?
 * M = reduce(variance over n of dS(x + e_n)/dx), unbiased, by Welford's recurrence.
 * Adebayo et al.: Sanity checks for saliency maps (2018), arXiv 1810.03307.
 * Warning: it shows how bent the score is around a pixel, not how much the pixel adds to it; it is zero for a linear model.
 */

import type { RunMethod } from '../method.ts'
import type { OptionSchema } from '../options.ts'
import { colourOptions, colourReducer, planeFrom, reduceColours } from './colours.ts'
import { addNoise, noiseOptions, noisePeers, noisyGradients } from './noise.ts'

/** Squares have no sign. */
export const squareOptions = {
  channels: { ...colourOptions.channels, describe: 'what becomes of the three colours: the largest, or their sum' },
} as const satisfies OptionSchema

export const varGrad: RunMethod = {
  kind: 'run',
  name: 'var-grad',
  title: 'VarGrad',
  family: 'gradient',
  question: 'Where does the derivative change most among noisy images around this one?',
  formula: 'var_n dS(x + e_n)/dx',
  reference: 'Adebayo et al. 2018, arXiv:1810.03307',
  warning: 'It shows how bent the score is around a pixel, not what the pixel adds to it.',
  cost: 'samples x 2',
  options: {
    ...noiseOptions,
    samples: { ...noiseOptions.samples, min: 2 },
    ...squareOptions,
    unbiased: { default: true, describe: 'divide by n - 1, not by n' },
  },
  like: { ...noisePeers, captum: { ...noisePeers.captum, options: { ...noisePeers.captum.options, unbiased: false } } },
  at: 'image',
  display: () => 'pixel',
  unrolled: {
    samples: ({ samples }) => samples as number,
    ahead: addNoise,
    heatmap: ({ op, channels }, gradient, options) => {
      const samples = options.samples as number
      const way = op.Sub(gradient, op.ReduceMean(gradient, [1], { keepdims: 1 }))
      const variance = op.Div(
        op.ReduceSum(op.Mul(way, way), [1], { keepdims: 0 }),
        samples - (options.unbiased ? 1 : 0),
      )
      return reduceColours(op, variance, channels, { ...options, sign: 'absolute' })
    },
  },
  async run(study, options) {
    const { moments, facts } = await noisyGradients(study, options)
    const variance = moments.variance(Math.max(1, moments.count - (options.unbiased ? 1 : 0)))
    return { map: planeFrom(study.vision, variance, colourReducer({ ...options, sign: 'absolute' })), ...facts }
  },
}
