/**
 * How much does each pixel add to the score on a way from a baseline that avoids steep places?
 * As integrated gradients, on a path that moves the pixels with the smallest derivatives first.
 * Kapishnikov et al.: Guided integrated gradients (2021), arXiv 2106.09788.
 * Warning: the path depends on the model, so two models are compared along two different ways.
 */

import { float32 } from '../../tensor/index.ts'
import type { RunMethod } from '../method.ts'
import { baselineOptions, baselinePictures, baselinesOf } from './baseline.ts'
import { planeFrom, sumOfColours } from './colours.ts'
import { advance } from './guided-path.ts'
import { gain } from './path.ts'
import { imageGradient } from './programs.ts'

export const guidedIntegratedGradients: RunMethod = {
  kind: 'run',
  name: 'guided-integrated-gradients',
  title: 'Guided integrated gradients',
  family: 'gradient',
  question: 'How much does each pixel add to the score on a way from a baseline that avoids steep places?',
  formula: 'sum over steps of dS/dx . dx, the flattest pixels first',
  reference: 'Kapishnikov et al. 2021, arXiv:2106.09788',
  warning: 'The path depends on the model; two models are compared along two different ways.',
  cost: 'steps x 2, one after the other',
  options: {
    steps: { default: 200, min: 1, max: 10_000, whole: true, describe: 'steps on the path' },
    fraction: { default: 0.25, min: 0.01, max: 1, describe: 'the share of the pixels that moves at once' },
    distance: { default: 0.02, min: 0, max: 1, describe: 'how far a pixel may be from the straight path' },
    ...baselineOptions,
  },
  like: {
    saliency: { options: { baseline: 'mean' }, note: 'its baseline is 0 in the values that the model receives' },
  },
  pictures: baselinePictures,
  at: 'image',
  display: () => 'signed-pixel',
  async run(study, options) {
    const { vision, input } = study
    const [steps, fraction, slack] = [options.steps, options.fraction, options.distance] as number[] as [
      number,
      number,
      number,
    ]
    const asked = await imageGradient(study)
    const starts = await baselinesOf(study, options)
    const total = new Float64Array(input.data.length)
    const end = Float64Array.from(input.data)
    for (const [b, baseline] of starts.entries()) {
      const start = Float64Array.from(baseline.data)
      const x = start.slice()
      for (let s = 0; s < steps; s++)
        await asked.each(
          1,
          () => float32(input.dims, Float32Array.from(x)),
          (_, { gradient }) =>
            advance(x, gradient?.data ?? [], total, { start, end }, { share: (s + 1) / steps, slack, fraction }),
          { done: b * steps + s, total: starts.length * steps },
        )
    }
    const mean = total.map((value) => value / starts.length)
    return {
      map: planeFrom(vision, mean, sumOfColours),
      sums: { sum: sumOfColours(mean), promised: await gain(study, asked, starts) },
      rules: asked.compiled.rules,
    }
  },
}
