/**
 * Which pixels' derivatives are large around this image, whatever their sign?
 * M = reduce(mean over n of (dS(x + e_n)/dx)^2).
 * Hooker et al.: A benchmark for interpretability methods in deep neural networks (2018), arXiv 1806.10758.
 * Warning: squares let few strong pixels outshine the rest, and signs that cancel in SmoothGrad do not cancel here.
 */

import type { RunMethod } from '../method.ts'
import { colourReducer, planeFrom, reduceColours } from './colours.ts'
import { addNoise, noiseOptions, noisePeers, noisyGradients } from './noise.ts'
import { squareOptions } from './var-grad.ts'

export const smoothGradSquared: RunMethod = {
  kind: 'run',
  name: 'smooth-grad-squared',
  title: 'SmoothGrad squared',
  family: 'gradient',
  question: "Which pixels' derivatives are large around this image, whatever their sign?",
  formula: 'mean_n (dS(x + e_n)/dx)^2',
  reference: 'Hooker et al. 2018, arXiv:1806.10758',
  warning: 'Squares let a few strong pixels outshine the rest.',
  cost: 'samples x 2',
  options: { ...noiseOptions, ...squareOptions },
  like: noisePeers,
  at: 'image',
  display: () => 'pixel',
  unrolled: {
    samples: ({ samples }) => samples as number,
    ahead: addNoise,
    heatmap: ({ op, channels }, gradient, options) => {
      const squares = op.ReduceMean(op.Mul(gradient, gradient), [1], { keepdims: 0 })
      return reduceColours(op, squares, channels, { ...options, sign: 'absolute' })
    },
  },
  async run(study, options) {
    const { moments, facts } = await noisyGradients(study, options)
    const squares = moments.variance(moments.count)
    moments.mean.forEach((mean, i) => {
      squares[i] = (squares[i] as number) + mean * mean
    })
    return { map: planeFrom(study.vision, squares, colourReducer({ ...options, sign: 'absolute' })), ...facts }
  },
}
