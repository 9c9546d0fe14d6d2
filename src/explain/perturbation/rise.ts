/**
 * Which pixels were in sight when the score was high?
 * M = sum_n (f(x . m_n) - mean f) m_n / (N p), m_n a coarse grid of cells each in sight with probability p, enlarged and shifted;
 * in the paper without the mean (centre: false), which is the same for all pixels.
 * Petsiuk, Das, Saenko: RISE (2018), arXiv 1806.07421.
 * Warning: it is an estimate: look at its standard error; half of the image hidden is unlike any that the model was trained on.
 */

import { seedOption } from '../gradient/noise.ts'
import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { gridMasks, type MaskOptions, maskOptions } from './grid-masks.ts'
import { hiddenIn, hiddenOptions, hiddenPictures, scoring } from './hidden.ts'
import { MaskMoments } from './mask-moments.ts'

const own = 'its random numbers are its own'

export const rise: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'rise',
  title: 'RISE',
  family: 'perturbation',
  question: 'Which pixels were in sight when the score was high?',
  formula: 'sum_n (f(x . m_n) - mean f) m_n / (N p)',
  reference: 'Petsiuk, Das, Saenko 2018, arXiv:1806.07421',
  warning: 'An estimate: look at its standard error. Half-hidden images are unlike any that the model was trained on.',
  cost: 'samples',
  options: {
    samples: { default: 6000, min: 1, max: 1_000_000, whole: true, describe: 'how many masks' },
    ...maskOptions,
    divide: {
      default: 'probability',
      choices: ['probability', 'coverage', 'nothing'],
      describe: 'by p, by how often each pixel was in sight, or not at all',
    },
    centre: {
      default: true,
      describe: 'compare with the mean score: what does nothing gets 0, not the mean score as in the paper',
    },
    seed: { ...seedOption, describe: 'of the masks' },
    ...hiddenOptions,
  },
  like: {
    original: { options: { samples: 8000, cells: 7, keep: 0.5, centre: false }, note: own },
    torchray: { options: { samples: 8000, cells: 7, keep: 0.5, divide: 'nothing', centre: false }, note: own },
    xplique: {
      options: { samples: 4000, cells: 7, keep: 0.5, divide: 'coverage', centre: false },
      note: `${own}; one shift a batch`,
    },
    dianna: {
      options: { samples: 1000, cells: 8, centre: false },
      note: `${own}; it tunes p by the spread of the scores`,
    },
  },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'signed',
  async run(study, options) {
    const { format } = study.vision
    const { width, height } = format
    const { keep, seed, samples } = options as { keep: number; seed: number; samples: number }
    const masks = gridMasks(format, options as unknown as MaskOptions)
    const count = options.enumerate ? masks.all : samples
    const hidden = await hiddenIn(study, options)
    const moments = new MaskMoments(width * height)
    const kept = new Map<number, Float32Array>()
    const centred = options.centre as boolean
    // Against the score itself, so that rounding does not look like evidence.
    const origin = centred ? study.score : 0
    const plane = (values: Float64Array) => {
      const sight = options.divide === 'coverage' ? moments.sight : undefined
      const share = (i: number) => sight?.[i] ?? (options.divide === 'probability' ? keep : 1)
      return { width, height, data: Float32Array.from(values, (value, i) => (share(i) > 0 ? value / share(i) : 0)) }
    }
    const asked = await scoring(study)
    const taken = await asked.each(
      count,
      (i) => {
        const mask = options.enumerate ? masks.numbered(i) : masks.drawn(seed, i)
        kept.set(i, mask)
        return hidden.partly(mask)
      },
      (i, { score }) => {
        const weight = options.enumerate ? count * masks.probability(i) : 1
        moments.add(scalarOf(score) - origin, kept.get(i) as Float32Array, weight)
        kept.delete(i)
      },
      { anytime: true, preview: () => plane(moments.products(centred)) },
    )
    const map = plane(moments.products(centred))
    const details = { seed, masks: taken, cells: options.cells as number, p: keep }
    if (options.enumerate || taken < 2) return { map, details }
    return { map, standardError: plane(moments.errors(centred)), details }
  },
}
