/** Hough lines as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import type { Feature, Stage } from '../feature.ts'
import {
  degree,
  edgeOptions,
  edgesStage,
  millions,
  mostOption,
  nothing,
  photographStage,
  votesOption,
} from './edges-stage.ts'
import { houghLines, type Line } from './lines.ts'
import { accumulatorPicture, linesOver } from './picture.ts'
import { votersOf } from './votes.ts'

export const houghLinesFeature: Feature<{
  low: number
  high: number
  sigma: number
  votes: number
  most: number
  x: number
  y: number
}> = {
  name: 'hough-lines',
  title: 'Hough lines',
  question: 'Which straight lines do most edge pixels agree on?',
  reference: 'P. Hough, US patent 3069654, 1962; R. Duda, P. Hart, CACM 15(1), 1972',
  images: 1,
  click: { x: 'x', y: 'y', unit: 'pixel' },
  options: {
    ...edgeOptions,
    votes: votesOption,
    most: mostOption,
    x: {
      default: -1,
      describe: 'a pixel whose votes are drawn as a curve; -1 takes one on the strongest line',
      min: -1,
    },
    y: { default: -1, describe: 'row of that pixel', min: -1 },
  },
  run([image], { votes, most, x, y, ...options }) {
    const photograph = image as Image
    const { map, stage } = edgesStage(photograph, options)
    const { lines, accumulator, counts } = houghLines(map, { threshold: votes })
    const shown = lines.slice(0, most)
    const [first] = lines
    const point = x >= 0 && y >= 0 ? ([x, y] as const) : first && pointOn(accumulator, map, first)
    const cells = { theta: degree, rho: 1 }
    const where = point ? `(${point[0]}, ${point[1]})` : ''
    const stages: Stage[] = [
      photographStage(photograph),
      stage,
      {
        name: 'accumulator',
        caption: `${millions(counts.votes)} votes, ${counts.peaks} peaks, ${shown.length} ringed`,
        picture: accumulatorPicture(accumulator, { ...cells, lines: shown }),
      },
    ]
    if (point)
      stages.push({
        name: 'votes of one pixel',
        caption: `pixel ${where} votes for every line through it: a curve`,
        picture: accumulatorPicture(accumulator, { ...cells, point }),
      })
    stages.push({
      name: 'lines',
      caption: first
        ? `the strongest ${shown.length} of ${counts.peaks}${point ? `; the dot is pixel ${where}` : ''}`
        : `none has more than ${votes} votes`,
      picture: linesOver(photograph, shown, point),
    })
    return { result: { counts, lines: shown, note: first ? undefined : nothing('line') }, stages }
  },
}

/** The middle one of the pixels that voted for a line. */
function pointOn(
  ...[accumulator, map, { rho, theta }]: [Parameters<typeof votersOf>[0], Parameters<typeof votersOf>[1], Line]
) {
  const voters = votersOf(accumulator, map, Math.round(theta / degree), Math.round(accumulator.zero + rho))
  const pixel = voters[Math.floor(voters.length / 2)] ?? 0
  return [pixel % map.width, Math.floor(pixel / map.width)] as const
}
