/**
 * How much does each pixel add to the score while the image comes into focus?
 * M(x, y) = - sum over colours of integral over sigma from 0 to sigma_max of dS/dL . dL/dsigma, L the image blurred with sigma;
 * in the limit of many steps the map adds up to S(x) - S(x blurred with sigma_max).
 * Xu, Venugopalan, Sundararajan: Attribution in scale and space (2020), arXiv 2004.03383.
 * The derivative by sigma is exact here, not a difference.
 * Warning: detail that appears at one scale is laid where that scale's blur changes it, not only where the object is.
 */

import { float32 } from '../../tensor/index.ts'
import type { RunMethod } from '../method.ts'
import { mapColours } from './baseline.ts'
import { blurPlane, lines } from './blur-path.ts'
import { planeFrom, sumOfColours } from './colours.ts'
import { gain } from './path.ts'
import { imageGradient } from './programs.ts'

type Pair = [value: Float32Array, slope: Float32Array]

export const blurIntegratedGradients: RunMethod = {
  kind: 'run',
  name: 'blur-integrated-gradients',
  title: 'Blur integrated gradients',
  family: 'gradient',
  question: 'How much does each pixel add to the score while the image comes into focus?',
  formula: '- integral_0^max dS/dL . dL/dsigma dsigma, L = blur(x, sigma)',
  reference: 'Xu, Venugopalan, Sundararajan 2020, arXiv:2004.03383',
  warning: 'Detail is laid where the blur changes it, so also beside the edges of an object.',
  cost: 'steps x 2',
  options: {
    steps: { default: 100, min: 1, max: 10_000, whole: true, describe: 'points on the path' },
    blur: { default: 50, min: 0.1, max: 1000, describe: 'the largest standard deviation, in pixels of the input' },
    quadrature: {
      default: 'left',
      choices: ['left', 'midpoint'],
      describe:
        "the points: the steps' sharp ends, as the paper's code has them, or their middles, which add up sooner",
    },
  },
  at: 'image',
  display: () => 'signed-pixel',
  async run(study, { steps, blur, quadrature }) {
    const { vision, input } = study
    const { height, width } = vision.format
    const step = (blur as number) / (steps as number)
    const asked = await imageGradient(study)
    const total = new Float64Array(input.data.length)
    const slopes: Float32Array[] = []
    const at = (sigma: number) => {
      const [down, across] = [lines(height, sigma), lines(width, sigma)]
      return mapColours(vision, input.data, (plane) => blurPlane(plane, down, across)) as Pair
    }
    await asked.each(
      steps as number,
      (i) => {
        const [value, slope] = at((i + (quadrature === 'midpoint' ? 0.5 : 0)) * step)
        slopes[i] = slope
        return float32(input.dims, value)
      },
      (i, { gradient }) => {
        const slope = slopes[i] as Float32Array
        delete slopes[i]
        for (let k = 0; k < total.length; k++)
          total[k] = (total[k] as number) - step * (gradient?.data[k] as number) * (slope[k] as number)
      },
    )
    const sums = {
      sum: sumOfColours(total),
      promised: await gain(study, asked, [float32(input.dims, at(blur as number)[0])]),
    }
    return { map: planeFrom(vision, total, sumOfColours), sums, rules: asked.compiled.rules }
  },
}
