/** Two photographs side by side with their matches as lines, the ratio curve, and the two laid over each other. */

import { type Color, canvas, disc, drawImage, hex, line, resize } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import { chart, roundTicks } from '../chart.ts'
import { grey } from '../grey.ts'
import { drawKeypoint, withKey } from '../sift/index.ts'
import { type Homography, project } from './homography.ts'
import type { Described, Match } from './match.ts'
import type { RatioPoint } from './ratio-curve.ts'

const ground = hex('#17191e')
export const green = hex('#5ee38b')
export const red = hex('#ff6f6f')
const amber = hex('#ffd34e')
const white = hex('#e8eaee')

interface Layout {
  readonly target: Image
  readonly at: (side: 0 | 1, point: { readonly x: number; readonly y: number }) => readonly [number, number]
  readonly zooms: readonly [number, number]
}

const gap = 12

/** Both photographs grey and dimmed, of one height, together 1200 pixels across (or 900 high, if that is less). */
function sideBySide([first, second]: readonly [Image, Image], dim: number): Layout {
  const aspects = first.width / first.height + second.width / second.height
  const height = Math.round(Math.min(900, (1200 - gap) / aspects))
  const zooms = [height / first.height, height / second.height] as const
  const sized = [first, second].map((image, i) => {
    const zoom = zooms[i] as number
    const picture = resize(image, Math.max(1, Math.round(image.width * zoom)), height, {
      filter: zoom < 1 ? 'lanczos' : 'bicubic',
    })
    const { data } = grey(picture)
    for (let j = 0; j < data.length; j++) picture.data.fill(dim * (data[j] as number), 3 * j, 3 * j + 3)
    return picture
  }) as [Image, Image]
  const target = canvas(sized[0].width + gap + sized[1].width, height, ground)
  drawImage(target, sized[0], 0, 0)
  drawImage(target, sized[1], sized[0].width + gap, 0)
  const lefts = [0, sized[0].width + gap] as const
  const at: Layout['at'] = (side, { x, y }) => [lefts[side] + (x + 0.5) * zooms[side], (y + 0.5) * zooms[side]]
  return { target, at, zooms }
}

/** The keypoints of both, circles of 2 sigma. */
export function bothKeypoints(images: readonly [Image, Image], sides: readonly [Described, Described]): Image {
  const { target, at, zooms } = sideBySide(images, 0.6)
  for (const side of [0, 1] as const)
    for (const keypoint of sides[side].keypoints) {
      const zoom = zooms[side]
      const [x, y] = at(side, keypoint)
      drawKeypoint(target, { ...keypoint, x: x / zoom - 0.5, y: y / zoom - 0.5 }, zoom, amber, 1.5)
    }
  return target
}

export interface Lines {
  readonly matches: readonly Match[]
  readonly color: Color
  readonly label: string
  readonly alpha?: number
}

/** One line for each match, group after group; of a large group every so manieth is drawn. */
export function matchLines(
  images: readonly [Image, Image],
  sides: readonly [Described, Described],
  groups: readonly Lines[],
): Image {
  const { target, at } = sideBySide(images, 0.5)
  for (const { matches, color, alpha = 0.65 } of groups) {
    const step = Math.ceil(matches.length / mostLines)
    for (const { first, second } of matches.filter((_, i) => i % step === 0)) {
      const [a, b] = [sides[0].keypoints[first], sides[1].keypoints[second]]
      if (!a || !b) continue
      line(target, at(0, a), at(1, b), { color, width: 1.5, alpha })
      disc(target, at(0, a), 3, color)
      disc(target, at(1, b), 3, color)
    }
  }
  const entries = groups.map(({ color, label, matches }) => [color, `${label} ${matches.length}`] as const)
  return withKey(target, entries, 26)
}

export const mostLines = 150

/** Matches kept and (where the movement is known) correct ones over the threshold; the usual thresholds as thin lines. */
export function curvePicture(points: readonly RatioPoint[], rule: number | 'adaptive', known: boolean): Image {
  const top = Math.max(10, ...points.map(({ kept }) => kept)) * 1.08
  const x = {
    label: 'threshold of the ratio: nearest / second nearest',
    min: 0,
    max: 1,
    ticks: [0.2, 0.4, 0.5, 0.6, 0.8, 1],
  }
  const rules = [0.4, 0.5, 0.6, 0.8].map((ratio) => ({
    color: ratio === rule ? amber : hex('#3f4652'),
    radius: ratio === rule ? 1.5 : 0.75,
    points: [
      [ratio, 0],
      [ratio, top],
    ] as const,
  }))
  const correct = {
    color: green,
    points: points.map(({ ratio, correct }) => [ratio, correct] as const),
    label: 'of these correct',
    labelAt: points.length - 1,
    labelBelow: true,
  }
  return chart(x, { label: 'matches', min: 0, max: top, ticks: roundTicks(top) }, [
    ...rules,
    {
      color: white,
      points: points.map(({ ratio, kept }) => [ratio, kept] as const),
      label: 'kept',
      labelAt: Math.floor(points.length * 0.87),
    },
    ...(known ? [correct] : []),
  ])
}

/** The second photograph in cyan and, moved onto it, the first in red: grey where they agree. Black: seen by one only. */
export function overlapPicture([first, second]: readonly [Image, Image], back: Homography): Image {
  const [a, b] = [grey(first), grey(second)]
  const data = new Uint8Array(3 * second.width * second.height)
  for (let i = 0; i < b.data.length; i++) {
    const [x, y] = project(back, [i % second.width, Math.floor(i / second.width)])
    const c = Math.round(x)
    const r = Math.round(y)
    const own = b.data[i] as number
    const other = c >= 0 && r >= 0 && c < a.width && r < a.height ? (a.data[r * a.width + c] as number) : own * 0.25
    data.set([other, own, own], 3 * i)
  }
  return { width: second.width, height: second.height, data }
}
