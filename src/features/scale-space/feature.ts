/** Scale space as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { grey } from '../grey.ts'
import { snowflakeAtScales } from './corners.ts'
import {
  beside,
  cornersCurve,
  cornersPicture,
  differenceLimit,
  differenceRows,
  gaussianRows,
  kernelCurves,
  kernelSurface,
} from './picture.ts'
import { levelIncrements, scaleSpace } from './scale-space.ts'

export const scaleSpaceFeature: Feature<{
  layers: number
  sigma: number
  upsample: 'aligned' | 'opencv' | 'none'
  kernel: number
}> = {
  name: 'scale-space',
  title: 'Gaussian scale space',
  question: 'What is left of the picture at each scale, and what lies between one scale and the next?',
  reference: 'T. Lindeberg, J. Applied Statistics 21, 1994; D. Lowe, IJCV 60, 2004, section 3',
  images: 1,
  options: {
    layers: { default: 3, describe: 'levels in which the scale doubles', min: 1, max: 8 },
    sigma: { default: 1.6, describe: "the first level's sigma, in samples of its octave", min: 0.5, max: 8 },
    upsample: {
      default: 'aligned',
      describe: "the first octave: doubled, doubled as OpenCV does it, or the image's own pixels",
      choices: ['aligned', 'opencv', 'none'],
    },
    kernel: { default: 1.6, describe: 'sigma of the kernel that is drawn as a surface', min: 0.3, max: 6 },
  },
  run([image], { layers, sigma, upsample, kernel }) {
    const photograph = image as Image
    const space = scaleSpace(grey(photograph), { layers, sigma, upsample })
    const increments = levelIncrements(layers, sigma)
    const flakes = snowflakeAtScales()
    const limit = differenceLimit(space)
    return {
      result: {
        increments,
        octaves: space.octaves.map(({ step, sigmas, gaussian }) => ({
          width: gaussian[0]?.width,
          height: gaussian[0]?.height,
          step,
          sigmas,
        })),
        corners: flakes.map(({ sigma: scale, corners }) => ({ sigma: scale, corners: corners.length })),
        engine: space.engine,
      },
      stages: [
        { name: 'photograph', caption: `${photograph.width}x${photograph.height} pixels`, picture: photograph },
        { name: 'kernels', caption: 'the blurs from level to level, as sampled', picture: kernelCurves(increments) },
        {
          name: 'kernel surface',
          caption: 'one kernel in two dimensions, with its samples',
          picture: kernelSurface(kernel),
        },
        {
          name: 'gaussian pyramid',
          caption: `${layers + 3} levels an octave; each row: half the pixels`,
          picture: gaussianRows(space),
        },
        {
          name: 'differences of gaussians',
          caption: `${layers + 2} an octave; blue < 0 < red, ±${limit.toFixed(1)} of 255`,
          picture: differenceRows(space),
        },
        {
          name: 'one shape, three scales',
          caption: 'corners of a snowflake: 192, 48, 12',
          picture: beside(flakes.map(cornersPicture)),
        },
        {
          name: 'corners over scale',
          caption: 'plateaus: the sizes of its parts',
          picture: cornersCurve(),
        },
      ],
    }
  },
}
