/** The views as catalogue records. */

import type { Image, Rect } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { shrink } from '../itti-koch/index.ts'
import { type SaliencyModel, saliencyModels, saliencyOf } from '../saliency.ts'
import { cropDefaults, saliencyCrop } from './crop.ts'
import { nightDefaults, nightVision, thermal } from './false-colour.ts'
import { cropStages, falseColourStages, inPixels } from './picture.ts'

export const saliencyCropFeature: Feature<{ saliency: SaliencyModel; aspect: number; keep: number }> = {
  name: 'saliency-crop',
  title: 'Saliency-guided crop',
  question: 'What is the smallest part of this shape that keeps what stands out?',
  reference: 'after B. Suh et al., "Automatic thumbnail cropping", UIST 2003',
  images: 1,
  options: {
    saliency: {
      default: 'spectral-residual',
      describe: 'which saliency decides',
      choices: saliencyModels,
    },
    aspect: { default: cropDefaults.aspect, describe: 'width over height of the crop', min: 0.1, max: 10 },
    keep: { default: cropDefaults.keep, describe: 'share of the salient mass that stays inside', min: 0.05, max: 1 },
  },
  run(images, { saliency, ...options }) {
    const photograph = images[0] as Image
    const image = shrink(photograph, 1024, 'A crop')
    const map = saliencyOf(image, saliency)
    const crop = saliencyCrop(map, image.width, image.height, options)
    const rect = enlarged(crop.rect, photograph.width / image.width, photograph.height / image.height)
    const note = crop.kept === 0 ? 'Nothing stands out, so the crop is the largest one, in the middle.' : undefined
    return { result: { crop: inPixels(rect, photograph), kept: crop.kept, note }, stages: cropStages(image, map, crop) }
  },
}

function enlarged({ x, y, width, height }: Rect, across: number, down: number): Rect {
  return { x: x * across, y: y * down, width: width * across, height: height * down }
}

export const falseColourFeature: Feature<{ gamma: number; grain: number; seed: number }> = {
  name: 'false-colour',
  title: 'Thermal and night-vision looks',
  question: 'How would the brightness of this image look on the screens of other cameras?',
  reference: 'display conventions, not physics',
  images: 1,
  options: {
    gamma: { default: nightDefaults.gamma, describe: 'night vision: below 1 lifts the shadows', min: 0.2, max: 2 },
    grain: { default: nightDefaults.grain, describe: 'night vision: grain as a part of white', min: 0, max: 0.5 },
    seed: { default: nightDefaults.seed, describe: 'night vision: seed of the grain', min: 0 },
  },
  run(images, options) {
    const image = shrink(images[0] as Image, 1600, 'A false-colour view')
    const heat = thermal(image)
    const [low, high] = heat.range
    const note = low === high ? 'Every pixel is equally bright: the views have one colour.' : undefined
    return { result: { range: heat.range, note }, stages: falseColourStages(image, heat, nightVision(image, options)) }
  },
}
