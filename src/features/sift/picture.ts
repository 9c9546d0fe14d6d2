/** SIFT over the photograph: what became of every extremum, and the keypoints with scale and direction. One keypoint: close-up.ts. */

import {
  type Color,
  canvas,
  circle,
  colormap,
  colorOf,
  disc,
  drawImage,
  hex,
  line,
  measure,
  resize,
  text,
} from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import { chart } from '../chart.ts'
import { type Candidate, type Keypoint, type Outcome, outcomes } from './keypoint.ts'
import type { Sift } from './sift.ts'

const ground = hex('#17191e')
const ink = hex('#e8eaee')

export const outcomeColors: Readonly<Record<Outcome, Color>> = {
  kept: hex('#5ee38b'),
  'low contrast': hex('#8b95a7'),
  edge: hex('#ffb454'),
  'no convergence': hex('#c792ff'),
  'moved out': hex('#ff6f6f'),
  duplicate: hex('#ffffff'),
}

/** The photograph grey and dimmed, enlarged to 960 pixels across (or 960 high, if that is less), and how much larger it is. */
function backdrop(image: Image, dim: number): { readonly target: Image; readonly zoom: number } {
  const zoom = Math.max(1, Math.min(960 / image.width, 960 / image.height))
  const target = resize(image, Math.round(image.width * zoom), Math.round(image.height * zoom), { filter: 'bicubic' })
  const { data } = target
  for (let i = 0; i < data.length; i += 3)
    data.fill(
      dim * (0.3 * (data[i] as number) + 0.59 * (data[i + 1] as number) + 0.11 * (data[i + 2] as number)),
      i,
      i + 3,
    )
  return { target, zoom }
}

/** A dot for each extremum in the colour of its outcome, the kept ones last; the key below counts them. */
export function candidatesPicture(image: Image, { candidates, counts }: Sift): Image {
  const { target, zoom } = backdrop(image, 0.55)
  const order = (outcome: Outcome) => (outcome === 'kept' ? 1 : 0)
  for (const { spot, outcome } of [...candidates].sort((a, b) => order(a.outcome) - order(b.outcome)))
    disc(
      target,
      [(spot.x + 0.5) * zoom, (spot.y + 0.5) * zoom],
      outcome === 'kept' ? 3 : 2.2,
      outcomeColors[outcome],
      0.9,
    )
  const shown = outcomes.filter((outcome) => counts[outcome] > 0)
  return withKey(
    target,
    shown.map((outcome) => [outcomeColors[outcome], `${outcome} ${counts[outcome]}`] as const),
  )
}

/** The picture with a line of coloured names under it, broken where it is full. */
export function withKey(picture: Image, entries: readonly (readonly [Color, string])[], size = 24): Image {
  const style = { size, color: ink }
  const places: { readonly x: number; readonly row: number }[] = []
  let [x, row] = [16, 0]
  for (const [, name] of entries) {
    const wide = 26 + measure(name, style) + 26
    if (x + wide > picture.width && x > 16) [x, row] = [16, row + 1]
    places.push({ x, row })
    x += wide
  }
  const pitch = size + 12
  const target = canvas(picture.width, picture.height + (row + 1) * pitch + 12, ground)
  drawImage(target, picture, 0, 0)
  entries.forEach(([color, name], i) => {
    const at = places[i] ?? { x: 0, row: 0 }
    const y = picture.height + 8 + at.row * pitch + size / 2 + 4
    disc(target, [at.x + 8, y], 8, color)
    text(target, at.x + 26, y + size * 0.36, name, style)
  })
  return target
}

/** Each extremum that has a fit by its roundness and its contrast, the two limits as lines. */
export function limitsChart(candidates: readonly Candidate[], contrast: number, edge: number, layers: number): Image {
  const limit = (edge + 1) ** 2 / edge
  const y = { label: 'contrast x S', min: 0.005, max: 1, ticks: [0.01, 0.03, 0.1, 0.3, 1], logarithmic: true }
  const x = {
    label: 'tr² / det: 4 is round, more is an edge',
    min: 3.8,
    max: 200,
    ticks: [4, 10, 30, 100],
    logarithmic: true,
  }
  const inside = (v: number, { min, max }: { readonly min: number; readonly max: number }) =>
    Math.min(max, Math.max(min, v))
  const dots = (['low contrast', 'edge', 'kept'] as const).map((outcome) => ({
    kind: 'dots' as const,
    radius: 2,
    color: outcomeColors[outcome],
    label: outcome,
    points: candidates
      .filter((each) => each.outcome === outcome)
      .slice(0, 4000)
      .map((each) => [inside(each.edge, x), inside(Math.abs(each.contrast) * layers, y)] as const),
  }))
  const rule = hex('#e8eaee')
  return chart(x, y, [
    ...dots,
    {
      color: rule,
      radius: 1,
      points: [
        [x.min, contrast],
        [x.max, contrast],
      ],
    },
    {
      color: rule,
      radius: 1,
      points: [
        [limit, y.min],
        [limit, y.max],
      ],
    },
  ])
}

/** How many keypoints a picture shows at most: the strongest. */
export const mostShown = 400

/** A circle of 2 sigma around each keypoint and a line in its direction; small ones dark, large ones bright. */
export function keypointsPicture(image: Image, keypoints: readonly Keypoint[], marked?: Keypoint): Image {
  const { target, zoom } = backdrop(image, 0.6)
  const shown = [...keypoints].sort((a, b) => b.response - a.response).slice(0, mostShown)
  for (const keypoint of shown.sort((a, b) => b.sigma - a.sigma))
    drawKeypoint(target, keypoint, zoom, scaleColor(keypoint))
  if (marked) {
    drawKeypoint(target, marked, zoom, [255, 255, 255], 5)
    drawKeypoint(target, marked, zoom, hex('#ff4d8d'), 3)
  }
  return target
}

const warm = colormap('plasma')

/** From 0.8 to 26 pixels over the brighter part of the map. */
const scaleColor = ({ sigma }: Keypoint): Color => colorOf(warm, 0.3 + 0.7 * (Math.log2(sigma / 0.8) / 5), 0, 1)

export function drawKeypoint(target: Image, keypoint: Keypoint, zoom: number, color: Color, width = 2): void {
  const radius = Math.max(3, 2 * keypoint.sigma * zoom)
  const at = [(keypoint.x + 0.5) * zoom, (keypoint.y + 0.5) * zoom] as const
  const turn = (keypoint.angle * Math.PI) / 180
  circle(target, at, radius, { color, width })
  line(target, at, [at[0] + radius * Math.cos(turn), at[1] + radius * Math.sin(turn)], { color, width })
}
