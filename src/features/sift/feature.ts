/** SIFT as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import type { Feature, Stage } from '../feature.ts'
import { grey } from '../grey.ts'
import { differenceRows, gaussianRows } from '../scale-space/index.ts'
import { descriptorPicture, orientationPicture, refinementPicture } from './close-up.ts'
import type { Keypoint, Mode } from './keypoint.ts'
import { candidatesPicture, keypointsPicture, limitsChart, mostShown } from './picture.ts'
import { type Sift, sift } from './sift.ts'

export interface SiftFeatureOptions extends Record<string, number | string | boolean> {
  mode: Mode
  contrast: number
  edge: number
  layers: number
  sigma: number
  double: boolean
  most: number
  keypoint: number
}

/** The options of detection, which matching shares. */
export const siftOptions = {
  mode: {
    default: 'aligned',
    describe: 'aligned: unbiased places and scales; opencv: the numbers of OpenCV 4.6, its +0.25 px included',
    choices: ['aligned', 'opencv'],
  },
  contrast: { default: 0.04, describe: 'least contrast times layers, grey values from 0 to 1', min: 0, max: 1 },
  edge: { default: 10, describe: 'largest ratio of the two curvatures', min: 1, max: 100 },
  layers: { default: 3, describe: 'levels in which the scale doubles', min: 1, max: 8 },
  sigma: { default: 1.6, describe: "the first level's sigma, in samples of its octave", min: 0.5, max: 8 },
  double: { default: true, describe: 'start at twice the size; false: four times faster, no small points' },
  most: { default: 0, describe: 'keep so many of the strongest keypoints; 0 keeps all', min: 0 },
} as const

export const siftFeature: Feature<SiftFeatureOptions> = {
  name: 'sift',
  title: 'SIFT keypoints',
  question: 'Which places can be found again when the picture is moved, turned, scaled or relit?',
  reference: 'D. Lowe, IJCV 60(2), 2004',
  images: 1,
  options: {
    ...siftOptions,
    keypoint: { default: 0, describe: 'which keypoint is shown large: 0 is the strongest that is not tiny', min: 0 },
  },
  run([image], options) {
    const photograph = image as Image
    const found = sift(grey(photograph), options)
    const { counts, keypoints, candidates, space } = found
    const example = exampleOf(keypoints, photograph, options.keypoint)
    const stages: Stage[] = [
      { name: 'photograph', caption: `${photograph.width}x${photograph.height} pixels`, picture: photograph },
      { name: 'gaussian pyramid', caption: `${space.octaves.length} octaves, 4 shown`, picture: gaussianRows(space) },
      {
        name: 'differences of gaussians',
        caption: 'blobs: dark ones red, bright ones blue',
        picture: differenceRows(space),
      },
      {
        name: 'extrema',
        caption: `${candidates.length} extrema and what became of them`,
        picture: candidatesPicture(photograph, found),
      },
      {
        name: 'limits',
        caption: 'too faint, or on an edge',
        picture: limitsChart(candidates, options.contrast, options.edge, space.layers),
      },
      {
        name: 'keypoints',
        caption:
          keypoints.length > mostShown
            ? `the ${mostShown} strongest of ${keypoints.length}; circle 2σ`
            : `${keypoints.length}; circle 2σ`,
        picture: keypointsPicture(photograph, keypoints, example),
      },
      ...(example ? closeUps(found, example, options.mode) : []),
    ]
    const note = noteOf(photograph, found)
    return {
      result: { counts, keypoints: keypoints.length, octaves: space.octaves.length, engine: space.engine, note },
      stages,
    }
  },
}

function closeUps({ space, candidates }: Sift, keypoint: Keypoint, mode: Mode): Stage[] {
  const candidate = candidates.find(
    ({ outcome, spot }) =>
      outcome === 'kept' && spot.x === keypoint.x && spot.y === keypoint.y && spot.sigma === keypoint.sigma,
  )
  const place = `(${keypoint.x.toFixed(1)}, ${keypoint.y.toFixed(1)}), σ ${keypoint.sigma.toFixed(1)} px`
  return [
    ...(candidate
      ? [
          {
            name: 'refinement',
            caption: `between the pixels of the DoG, ${place}`,
            picture: refinementPicture(space, candidate),
          },
        ]
      : []),
    {
      name: 'orientation',
      caption: 'directions of the gradients around it',
      picture: orientationPicture(space, keypoint, mode),
    },
    { name: 'descriptor', caption: 'what lies around it, upright', picture: descriptorPicture(space, keypoint, mode) },
  ]
}

/** The keypoint shown large: by strength among those of 2 pixels and more whose window lies inside, else among all. */
function exampleOf(keypoints: readonly Keypoint[], { width, height }: Image, rank: number): Keypoint | undefined {
  const inside = ({ x, y, sigma }: Keypoint) => sigma >= 2 && Math.min(x, y, width - 1 - x, height - 1 - y) > 9 * sigma
  const good = keypoints.filter(inside)
  const sorted = [...(good.length > 0 ? good : keypoints)].sort((a, b) => b.response - a.response)
  return sorted[Math.min(rank, sorted.length - 1)]
}

/** Why there is nothing, where there is nothing. */
function noteOf({ width, height }: Image, { candidates, keypoints }: Sift): string | undefined {
  if (keypoints.length > 0) return undefined
  if (Math.min(width, height) < 6)
    return `No keypoint: ${width}x${height} pixels are too few; an extremum needs 5 samples on each side.`
  if (candidates.length === 0)
    return 'No keypoint: no extremum is strong enough. An even picture has none; else lower the contrast.'
  return 'No keypoint: every extremum was too faint, on an edge, or did not converge (see the counts).'
}
