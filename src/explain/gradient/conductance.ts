/**
 * How much of the score flows through each place of a layer, on the way from a baseline to the image?
 * M(x, y) = sum over channels of integral over a in [0, 1] of dS/dA . dA/da; through all places together flows S(x) - S(b).
 * Dhamdhere, Sundararajan, Yan: How important is a neuron (2018), arXiv 1805.12233; along the path the layer's own differences
 * stand for its derivative (Shrikumar, Su, Kundaje 2018, arXiv 1807.09946).
 * Warning: it speaks of this baseline and this path, as integrated gradients does.
 */

import type { RunMethod } from '../method.ts'
import type { Answers } from '../study.ts'
import { baselineOptions, baselinePictures, baselinesOf } from './baseline.ts'
import { channelSum, sumOfColours } from './colours.ts'
import { between, gain, pathOptions } from './path.ts'
import { layerGradient } from './programs.ts'
import { quadrature } from './quadrature.ts'

export const conductance: RunMethod = {
  kind: 'run',
  name: 'conductance',
  title: 'Conductance',
  family: 'gradient',
  question: 'How much of the score flows through each place of a layer, on the way from a baseline to the image?',
  formula: 'sum_k integral_0^1 dS/dA_k . dA_k/da da',
  reference: 'Dhamdhere, Sundararajan, Yan 2018, arXiv:1805.12233',
  warning: 'It speaks of one baseline and one path, as integrated gradients does.',
  cost: 'steps x 2',
  options: {
    steps: pathOptions.steps,
    rule: {
      default: 'trapezoid',
      choices: ['trapezoid', 'captum'],
      describe:
        "the gradient between two points: the mean of both, from end to end; captum: the first one's, at Gauss-Legendre points, which leave the ends out",
    },
    ...baselineOptions,
  },
  like: {
    captum: {
      options: { steps: 50, rule: 'captum', baseline: 'mean' },
      note: 'Captum leaves the channels apart; their sum is this map',
    },
  },
  pictures: baselinePictures,
  at: 'layer',
  display: () => 'signed',
  async run(study, options) {
    const asked = await layerGradient(study)
    const starts = await baselinesOf(study, options)
    const ends = options.rule === 'trapezoid'
    const { at } = quadrature(ends ? 'linspace' : 'gauss-legendre', (options.steps as number) + 1)
    const start = (i: number) => starts[Math.floor(i / at.length)] ?? study.input
    let total = new Float64Array(0)
    let last: Answers = {}
    await asked.each(
      starts.length * at.length,
      (i) => between(start(i), study.input, at[i % at.length] as number),
      (i, answers) => {
        const [value, gradient] = [answers.value?.data ?? [], answers.gradient?.data ?? []]
        if (total.length === 0) total = new Float64Array(value.length)
        const [before, slope] = [last.value?.data ?? [], last.gradient?.data ?? []]
        last = answers
        if (i % at.length === 0) return
        for (let k = 0; k < total.length; k++) {
          const way = (value[k] as number) - (before[k] as number)
          const mean = ends ? ((slope[k] as number) + (gradient[k] as number)) / 2 : (slope[k] as number)
          total[k] = (total[k] as number) + (way * mean) / starts.length
        }
      },
    )
    return {
      map: channelSum(study, total),
      sums: { sum: sumOfColours(total), promised: await gain(study, asked, starts) },
      rules: asked.compiled.rules,
    }
  },
}
