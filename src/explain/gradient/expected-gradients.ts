/**
 * How much does each pixel add to the score, compared with pictures that the model usually sees?
 * M(x, y) = mean over samples of (x - b) . dS/dx at b + a (x - b) + noise; b drawn from the background, a from [0, 1].
 * Lundberg, Lee (2017), arXiv 1705.07874 (GradientSHAP); Erion et al. (2019), arXiv 1906.10670.
 * Warning: it is an estimate, and it says as much about the background as about the image.
 */

import { float32, random } from '../../tensor/index.ts'
import type { RunMethod } from '../method.ts'
import type { Study } from '../study.ts'
import { fixedBaseline, uniform } from './baseline.ts'
import { planeFrom, sumOfColours } from './colours.ts'
import { Moments } from './moments.ts'
import { noiseOptions, sigmaOf } from './noise.ts'
import { gain } from './path.ts'
import { imageGradient } from './programs.ts'

export const expectedGradients: RunMethod = {
  kind: 'run',
  name: 'expected-gradients',
  title: 'Expected gradients (GradientSHAP)',
  family: 'gradient',
  question: 'How much does each pixel add to the score, compared with pictures that the model usually sees?',
  formula: 'mean of (x - b) . dS(b + a (x - b))/dx, b from a background, a from [0, 1]',
  reference: 'Lundberg, Lee 2017, arXiv:1705.07874; Erion et al. 2019, arXiv:1906.10670',
  warning: 'It is an estimate, and says as much about the background as about the image.',
  cost: 'samples x 2',
  options: { ...noiseOptions, noise: { ...noiseOptions.noise, default: 0 } },
  like: {
    captum: {
      options: { samples: 5, noise: 0, unit: 'absolute' },
      note: 'the same distribution; the random numbers are its own',
    },
  },
  pictures: { background: 'pictures that the model usually sees; each sample starts at one of them' },
  at: 'image',
  display: () => 'signed-pixel',
  async run(study, options) {
    const { vision, input } = study
    const seed = options.seed as number
    const asked = await imageGradient(study)
    const starts = await backgroundOf(study, seed)
    const sigma = sigmaOf(input.data, options)
    const moments = new Moments(input.data.length)
    const draw = (i: number) => {
      const numbers = random(seed, i)
      const which = Math.floor(numbers.uniform(0) * starts.length)
      return { which, start: starts[which] as typeof input, share: numbers.uniform(1) }
    }
    const times = starts.map(() => 0)
    const samples = await asked.each(
      options.samples as number,
      (i) => {
        const { start, share } = draw(i)
        const noise = sigma > 0 ? random(seed, i).normals(input.data.length + 2) : undefined
        return float32(
          input.dims,
          input.data.map((value, k) => {
            const from = start.data[k] as number
            return from + share * (value + sigma * (noise?.[k + 2] ?? 0) - from)
          }),
        )
      },
      (i, { gradient }) => {
        const { which, start } = draw(i)
        times[which] = (times[which] as number) + 1
        moments.add(input.data.map((value, k) => (value - (start.data[k] as number)) * (gradient?.data[k] as number)))
      },
      { anytime: true, preview: () => planeFrom(vision, moments.mean, sumOfColours) },
    )
    return {
      map: planeFrom(vision, moments.mean, sumOfColours),
      sums: { sum: sumOfColours(moments.mean), promised: await gain(study, asked, starts, times) },
      details: { seed, samples, background: starts.length },
      rules: asked.compiled.rules,
      notes: study.pictures.background?.length
        ? []
        : [
            'No background was given: uniform noise stands for it. Give pictures that the model usually sees (--picture background=photo.jpg).',
          ],
    }
  },
}

/** The given pictures, or sixteen of uniform noise. */
async function backgroundOf(study: Study, seed: number) {
  const given = study.pictures.background ?? []
  if (given.length > 0) return Promise.all(given.map((picture) => study.prepare(picture)))
  const black = await study.prepare(uniform(study.image, 0))
  const white = await study.prepare(uniform(study.image, 255))
  // The samples' streams begin at 0.
  return Array.from({ length: 16 }, (_, i) =>
    fixedBaseline({ baseline: 'noise', seed: seed + (i + 1) * 2 ** 32 }, study.input, black, white),
  )
}
