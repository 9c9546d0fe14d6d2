/** Images of which parts are hidden: another picture, the baseline, shows through. */

import { FoveaError } from '../../error/index.ts'
import { float32, type Tensor } from '../../tensor/index.ts'
import { baselineOptions, baselinesOf } from '../gradient/baseline.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Inquiry, Place } from '../study.ts'
import { layOver } from './wasm/lay.ts'

type Picture = Tensor<'float32'>

export const hiddenOptions = {
  baseline: {
    default: 'mean',
    choices: ['mean', 'black', 'blurred', 'image'],
    describe:
      'what stands in for hidden pixels: mean (0 in normalised values), black pixels, the image blurred; image: a given picture',
  },
  blur: { ...baselineOptions.blur, describe: "the blurred stand-in's standard deviation in pixels of the input" },
} as const satisfies OptionSchema

export const hiddenPictures = { baseline: 'what stands in for hidden pixels (with baseline: image)' }

export interface Hidden {
  readonly baseline: Picture
  /** The image with a share of each pixel shown, `shown[y * width + x]` from 0 (the baseline) to 1 (the image). @param place where to draw it */
  partly(shown: ArrayLike<number>, place?: Place): Picture
}

/** @throws FoveaError FOVEA_USAGE when the option and the given pictures disagree, or several were given */
export async function hiddenIn(study: Inquiry, options: Options): Promise<Hidden> {
  const [baseline, second] = await baselinesOf(study, options)
  if (!baseline || second)
    throw new FoveaError('FOVEA_USAGE', 'Hidden pixels have one stand-in: give one picture as the baseline.')
  const { input, vision } = study
  const { height, width } = vision.format
  const size = input.data.length
  const depth = size / (height * width)
  const planar = vision.pixels.layout === 'NCHW'
  const lay = layOver(input.data, baseline.data, planar ? depth : 1)
  const shares = new Float32Array(planar ? 0 : size)
  const interleaved = (shown: ArrayLike<number>) => {
    for (let k = 0, i = 0; k < size; i++) for (let c = 0; c < depth; c++, k++) shares[k] = shown[i] as number
    return shares
  }
  return {
    baseline,
    partly(shown, place) {
      const data = place?.() ?? new Float32Array(size)
      lay(planar ? shown : interleaved(shown), data)
      return float32(input.dims, data)
    },
  }
}

/** The plain question: what is the score of this image? */
export const scoring = (study: Inquiry) => study.open({ name: 'fovea/score' })
