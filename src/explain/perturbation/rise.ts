/**
 * Which pixels were in sight when the score was high?
 * M = sum_n (f(x . m_n) - mean f) m_n / (N p), m_n a coarse grid of cells each in sight with probability p, enlarged and shifted;
 * in the paper without the mean (centre: false), which is the same for all pixels.
 * Petsiuk, Das, Saenko: RISE (2018), arXiv 1806.07421.
 * Warning: it is an estimate: look at its standard error; half of the image hidden is unlike any that the model was trained on.
 */

import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { hiddenPictures, scoring } from './hidden.ts'
import { inSight, sightOptions } from './in-sight.ts'

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
  options: sightOptions,
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
  run: async (study, options) =>
    inSight(study, options, {
      asked: await scoring(study),
      worth: ({ score }) => scalarOf(score),
      whole: study.score,
    }),
}
