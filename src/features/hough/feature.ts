/** The three Hough transforms as catalogue records. */

import { blur } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import { canny, cannyOptions, edgesOver, maskPicture } from '../canny/index.ts'
import type { Feature, Stage } from '../feature.ts'
import { grey } from '../grey.ts'
import { paintPlane, tiles } from '../paint.ts'
import { type Circles, houghCircles } from './circles.ts'
import { houghLines, type Line } from './lines.ts'
import { accumulatorPicture, centresPicture, circlesOver, linesOver, segmentsOver } from './picture.ts'
import { houghLinesProbabilistic, segmentDefaults } from './segments.ts'
import { radiusVotes, votersOf } from './votes.ts'

const degree = Math.PI / 180
/** Softer than bare Canny: the grain of wood and grass would outvote every line. */
const edgeOptions = {
  low: { ...cannyOptions.low, default: 40 },
  high: { ...cannyOptions.high, default: 120 },
  sigma: { ...cannyOptions.sigma, default: 1.4 },
} as const
const votesOption = { default: 70, describe: 'a line needs more votes (edge pixels) than this', min: 1 }
const mostOption = { default: 20, describe: 'show at most this many, the strongest', min: 1, max: 10000 }

function edgesStage(image: Image, options: { low: number; high: number; sigma: number }) {
  const found = canny(grey(image), options)
  const map = { width: found.width, height: found.height, data: found.edges }
  const stage: Stage = {
    name: 'edges',
    caption: `${found.counts.edges} edge pixels vote`,
    picture: maskPicture(map.width, map.height, map.data),
  }
  return { map, stage }
}

const millions = (count: number) => (count < 1e5 ? `${count}` : `${(count / 1e6).toFixed(1)} million`)

const photographStage = (image: Image): Stage => ({
  name: 'photograph',
  caption: `${image.width}x${image.height} pixels`,
  picture: image,
})

const nothing = (what: string) =>
  `No ${what}: lower the votes that are needed, or Canny's thresholds; an even picture has none.`

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
      caption: `the strongest ${shown.length} of ${counts.peaks}${point ? `; the dot is pixel ${where}` : ''}`,
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

/** Six radii: those of the best circles, filled up evenly. */
function radiusPicture(
  { circles, edges }: Circles,
  { smallest, largest }: { smallest: number; largest: number },
): Image {
  const longest = largest > 0 ? largest : Math.max(edges.width, edges.height) / 2
  const even = [0, 1, 2, 3, 4, 5].map((k) => Math.round(smallest + ((longest - smallest) * (k + 0.5)) / 6))
  const radii = [...new Set([...circles.map(({ radius }) => Math.round(radius)), ...even])]
    .slice(0, 6)
    .sort((a, b) => a - b)
  const items = radii.map((radius) => {
    const data = radiusVotes(edges, radius)
    const most = data.reduce((a, b) => Math.max(a, b), 0)
    const image = paintPlane({ width: edges.width, height: edges.height, data }, { min: 0 })
    return { label: `radius ${radius}: best ${most.toFixed(2)}`, image }
  })
  return tiles(items, 3, 240)
}
