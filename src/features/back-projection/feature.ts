/** Histogram back-projection as a catalogue record: the sample is a rectangle of the photograph itself. */

import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import {
  type BackProjection,
  type BackProjectionOptions,
  backProjection,
  backProjectionDefaults,
} from './back-projection.ts'
import { stagesOf } from './picture.ts'

export const backProjectionFeature: Feature<{
  x: number
  y: number
  width: number
  height: number
  mode: BackProjectionOptions['mode']
  hueBins: number
  saturationBins: number
  darkest: number
}> = {
  name: 'back-projection',
  title: 'Histogram back-projection',
  question: 'Where else in the image are the colours of this sample?',
  reference: 'M. Swain, D. Ballard, IJCV 7(1), 1991',
  images: 1,
  click: { x: 'x', y: 'y', unit: 'part' },
  options: {
    x: { default: 0.4, describe: "the sample's left edge as a part of the width", min: 0, max: 1 },
    y: { default: 0.4, describe: "the sample's upper edge as a part of the height", min: 0, max: 1 },
    width: { default: 0.2, describe: "the sample's width as a part of the width", min: 0, max: 1 },
    height: { default: 0.2, describe: "the sample's height as a part of the height", min: 0, max: 1 },
    mode: {
      default: backProjectionDefaults.mode,
      describe: "'ratio' discounts colours that the whole image is full of, 'direct' does not",
      choices: ['ratio', 'direct'],
    },
    hueBins: { default: backProjectionDefaults.hueBins, describe: 'bins of hue', min: 1, max: 180 },
    saturationBins: {
      default: backProjectionDefaults.saturationBins,
      describe: 'bins of saturation',
      min: 1,
      max: 256,
    },
    darkest: {
      default: backProjectionDefaults.darkest,
      describe: 'pixels darker than this are not counted',
      min: 0,
      max: 255,
    },
  },
  run(images, { x, y, width, height, ...options }) {
    const image = images[0] as Image
    const span = (from: number, length: number, side: number) => {
      const start = Math.min(Math.round(from * side), side - 1)
      return [start, Math.max(1, Math.min(Math.round(length * side), side - start))] as const
    }
    const [left, across] = span(x, width, image.width)
    const [top, down] = span(y, height, image.height)
    const sample = { x: left, y: top, width: across, height: down }
    const found = backProjection(image, sample, options)
    return { result: { sample, ...outcomeOf(found) }, stages: stagesOf(found, found.image.width / image.width) }
  },
}

function outcomeOf({ found, likelihood: { data } }: BackProjection) {
  if (!found) return { note: 'No pixel of the image has a colour that was counted in the sample.' }
  const alike = data.every((v) => v === data[0])
  return alike ? { note: 'All of the image has the colours of the sample: no place stands out.' } : { found }
}
