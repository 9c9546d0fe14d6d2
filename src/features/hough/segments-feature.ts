/** Hough segments as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import type { Feature } from '../feature.ts'
import { degree, edgeOptions, edgesStage, nothing, photographStage, votesOption } from './edges-stage.ts'
import { accumulatorPicture, segmentsOver } from './picture.ts'
import { houghLinesProbabilistic, segmentDefaults } from './segments.ts'

export const houghSegmentsFeature: Feature<{
  low: number
  high: number
  sigma: number
  votes: number
  length: number
  gap: number
  draw: 'fovea' | 'opencv'
  seed: number
}> = {
  name: 'hough-segments',
  title: 'Hough segments, progressive and probabilistic',
  question: 'Where do straight lines begin and end?',
  reference: 'J. Matas, C. Galambos, J. Kittler, CVIU 78(1), 2000',
  images: 1,
  options: {
    ...edgeOptions,
    votes: { ...votesOption, default: 50 },
    length: { default: segmentDefaults.length, describe: 'shortest segment in pixels', min: 0 },
    gap: { default: segmentDefaults.gap, describe: 'longest gap inside a segment in pixels', min: 0 },
    draw: { default: segmentDefaults.draw, describe: 'whose generator picks the pixels', choices: ['fovea', 'opencv'] },
    seed: { default: segmentDefaults.seed, describe: 'of the order in which pixels vote, with draw fovea' },
  },
  run([image], { votes, length, gap, draw, seed, ...options }) {
    const photograph = image as Image
    const { map, stage } = edgesStage(photograph, options)
    const { segments, accumulator, counts } = houghLinesProbabilistic(map, {
      threshold: votes,
      length,
      gap,
      draw,
      seed,
    })
    const cast = counts.votes / Math.max(1, counts.edges * accumulator.angles)
    return {
      result: { counts, segments, note: segments.length ? undefined : nothing('segment') },
      stages: [
        photographStage(photograph),
        stage,
        {
          name: 'accumulator',
          caption: `what is left; ${(100 * cast).toFixed(0)} % of the pixels had to vote`,
          picture: accumulatorPicture(accumulator, { theta: degree, rho: 1 }),
        },
        {
          name: 'segments',
          caption: `${segments.length} segments from ${counts.walks} walks of ${counts.steps} steps`,
          picture: segmentsOver(photograph, segments),
        },
      ],
    }
  },
}
