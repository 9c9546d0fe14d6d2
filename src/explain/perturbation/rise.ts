/**
 * Which pixels were in sight when the score was high?
 * M = sum_n f(x . m_n) m_n / (N p), m_n a coarse grid of cells each in sight with probability p, enlarged and shifted.
 * Petsiuk, Das, Saenko: RISE (2018), arXiv 1806.07421.
 * Warning: it is an estimate, and even a pixel that does nothing gets p times the mean score; look at differences.
 */

import { Moments } from '../gradient/moments.ts'
import { seedOption } from '../gradient/noise.ts'
import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { gridMasks, type MaskOptions, maskOptions } from './grid-masks.ts'
import { hiddenIn, hiddenOptions, hiddenPictures, scoring } from './hidden.ts'

const own = 'its random numbers are its own'

export const rise: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'rise',
  title: 'RISE',
  family: 'perturbation',
  question: 'Which pixels were in sight when the score was high?',
  formula: 'sum_n f(x . m_n) m_n / (N p)',
  reference: 'Petsiuk, Das, Saenko 2018, arXiv:1806.07421',
  warning: 'An estimate: a pixel that does nothing gets p times the mean score, so only differences count.',
  cost: 'samples',
  options: {
    samples: { default: 6000, min: 1, max: 1_000_000, whole: true, describe: 'how many masks' },
    ...maskOptions,
    divide: {
      default: 'probability',
      choices: ['probability', 'coverage', 'nothing'],
      describe: 'by p, by how often each pixel was in sight, or not at all',
    },
    seed: { ...seedOption, describe: 'of the masks' },
    ...hiddenOptions,
  },
  like: {
    original: { options: { samples: 8000, cells: 7, keep: 0.5 }, note: own },
    torchray: { options: { samples: 8000, cells: 7, keep: 0.5, divide: 'nothing' }, note: own },
    xplique: { options: { samples: 4000, cells: 7, keep: 0.5, divide: 'coverage' }, note: `${own}; one shift a batch` },
    dianna: { options: { samples: 1000, cells: 8 }, note: `${own}; it tunes p by the spread of the scores` },
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
    const moments = new Moments(width * height)
    const seen = new Float64Array(width * height)
    const kept = new Map<number, Float32Array>()
    const weight = (i: number) => (options.enumerate ? count * masks.probability(i) : 1)
    const share = (i: number) =>
      options.divide === 'probability' ? keep : options.divide === 'nothing' ? 1 : (seen[i] as number) / moments.count
    const plane = (values: Float64Array) => ({
      width,
      height,
      data: Float32Array.from(values, (value, i) => (share(i) > 0 ? value / share(i) : 0)),
    })
    const asked = await scoring(study)
    const taken = await asked.each(
      count,
      (i) => {
        const mask = options.enumerate ? masks.numbered(i) : masks.drawn(seed, i)
        kept.set(i, mask)
        return hidden.partly(mask)
      },
      (i, { score }) => {
        const mask = kept.get(i) as Float32Array
        kept.delete(i)
        const value = scalarOf(score) * weight(i)
        for (let k = 0; k < seen.length; k++) seen[k] = (seen[k] as number) + weight(i) * (mask[k] as number)
        moments.add(mask.map((sight) => value * sight))
      },
      { anytime: true, preview: () => plane(moments.mean) },
    )
    const map = plane(moments.mean)
    const details = { seed, masks: taken, cells: options.cells as number, p: keep }
    if (options.enumerate || taken < 2) return { map, details }
    const error = moments.variance().map((variance) => Math.sqrt(variance / taken))
    return { map, standardError: plane(error), details }
  },
}
