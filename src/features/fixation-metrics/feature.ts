/** Fixation metrics as a catalogue record: a photograph, and a picture of where people looked at it. */

import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { shrink } from '../itti-koch/index.ts'
import { type SaliencyModel, saliencyModels, saliencyOf } from '../saliency.ts'
import { stagesOf, winsOf } from './picture.ts'
import { readFixations } from './read.ts'
import { scoreFixations } from './score.ts'

export const fixationMetricsFeature: Feature<{ saliency: SaliencyModel; sigma: number }> = {
  name: 'fixation-metrics',
  title: 'Fixation metrics',
  question: 'Does the saliency map predict where people looked, better than "the middle" does?',
  reference: 'Z. Bylinskii et al., IEEE PAMI 41(3), 2019',
  images: 2,
  second: 'where people looked: bright points on black',
  options: {
    saliency: {
      default: 'itti-koch',
      describe: 'which saliency is judged',
      choices: saliencyModels,
    },
    sigma: {
      default: 0.04,
      describe: 'blur of the fixation density, as a part of the longer side',
      min: 0.005,
      max: 0.5,
    },
  },
  run(images, { saliency, sigma }) {
    const [photograph, picture] = images as readonly [Image, Image]
    const image = shrink(photograph, 1024, 'Fixation metrics')
    const map = saliencyOf(image, saliency)
    const fixations = readFixations(picture, map.width, map.height)
    const scored = scoreFixations(map, fixations, { sigma: sigma * Math.max(map.width, map.height) })
    const result = {
      fixations: fixations.length,
      map: scored.map,
      centrePrior: scored.centre,
      betterThanCentrePrior: winsOf(scored),
    }
    return { result, stages: stagesOf(image, map, fixations, scored, saliency) }
  },
}
