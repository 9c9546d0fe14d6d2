/** Spectral residual as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { shrink } from '../itti-koch/index.ts'
import { stagesOf } from './picture.ts'
import { type SpectralResidualOptions, spectralResidual, spectralResidualDefaults } from './spectral-residual.ts'

export const spectralResidualFeature: Feature<{
  mode: SpectralResidualOptions['mode']
  side: number
  sigma: number
}> = {
  name: 'spectral-residual',
  title: 'Spectral residual saliency',
  question: 'What in the image does not follow the smooth spectrum that natural images share?',
  reference: 'X. Hou, L. Zhang, CVPR 2007',
  images: 1,
  options: {
    mode: {
      default: spectralResidualDefaults.mode,
      describe: "the paper's formula, or 'opencv': parity with cv2.saliency 4.6",
      choices: ['paper', 'opencv'],
    },
    side: {
      default: spectralResidualDefaults.side,
      describe: 'longer side of the analysed picture (paper mode)',
      min: 8,
      max: 128,
    },
    sigma: {
      default: spectralResidualDefaults.sigma,
      describe: 'last blur, pixels of the analysed picture (paper mode)',
      min: 0.5,
      max: 8,
    },
  },
  run(images, options) {
    const image = images[0] as Image
    const found = spectralResidual(image, options)
    const best = found.saliency.data.reduce((at, v, i, all) => (v > (all[at] as number) ? i : at), 0)
    const constant = found.map.data.every((v) => v === 0)
    const result = constant
      ? { note: 'The image is constant: nothing is unexpected.' }
      : { peak: { x: best % image.width, y: Math.floor(best / image.width) } }
    return { result, stages: stagesOf(shrink(image, 1024, 'Spectral residual'), found) }
  },
}
