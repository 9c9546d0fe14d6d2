/** Hough circles as a catalogue record. */

import { blur } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import { cannyOptions, edgesOver } from '../canny/index.ts'
import type { Feature } from '../feature.ts'
import { grey } from '../grey.ts'
import { centresPicture, circlesOver, radiusPicture } from './circle-picture.ts'
import { houghCircles } from './circles.ts'
import { millions, mostOption, nothing, photographStage } from './edges-stage.ts'

export const houghCirclesFeature: Feature<{
  sigma: number
  dp: number
  distance: number
  canny: number
  votes: number
  smallest: number
  largest: number
  most: number
}> = {
  name: 'hough-circles',
  title: 'Hough circles',
  question: 'Which circles do most edge pixels agree on?',
  reference: 'H. Yuen, J. Princen, J. Illingworth, J. Kittler, Image and Vision Computing 8(1), 1990',
  images: 1,
  options: {
    sigma: { ...cannyOptions.sigma, default: 1.4 },
    dp: { default: 1, describe: 'size of a cell of the accumulator in pixels', min: 1, max: 16 },
    distance: { default: 30, describe: 'least distance of two centres in pixels', min: 1 },
    canny: { default: 120, describe: "Canny's upper threshold, the lower is half of it", min: 1 },
    votes: { default: 40, describe: 'a centre needs more votes, a circle more edge pixels than this', min: 1 },
    smallest: { default: 10, describe: 'smallest radius in pixels', min: 0 },
    largest: { default: 120, describe: 'largest radius in pixels; 0 for the longer side', min: 0 },
    most: mostOption,
  },
  run([image], { sigma, ...options }) {
    const photograph = image as Image
    const plane = grey(photograph)
    const found = houghCircles(sigma > 0 ? blur(plane, sigma) : plane, options)
    const { circles, edges, accumulator, counts } = found
    return {
      result: { counts, circles, note: circles.length ? undefined : nothing('circle') },
      stages: [
        photographStage(photograph),
        { name: 'edges', caption: `${counts.edges} edge pixels`, picture: edgesOver(photograph, edges.data) },
        {
          name: 'accumulator',
          caption: `${millions(counts.votes)} votes, ${counts.centres} candidates`,
          picture: centresPicture(accumulator, photograph.width, photograph.height),
        },
        {
          name: 'radii',
          caption: 'centres by radius; 1: all of a circle on edges',
          picture: radiusPicture(found, options),
        },
        { name: 'circles', caption: `${circles.length} circles`, picture: circlesOver(photograph, circles) },
      ],
    }
  },
}
