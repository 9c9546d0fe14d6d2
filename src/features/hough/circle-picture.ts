/** The stages of Hough circles as pictures: votes for centres, votes by radius, what was found. */

import { canvas, circle, colormap, colorOf, disc, drawImage, resize } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import { paintPlane, tiles } from '../paint.ts'
import type { Centres, Circle, Circles } from './circles.ts'
import { amber, cyan, dark, enlarged, ground } from './picture.ts'
import { radiusVotes } from './votes.ts'

export function circlesOver(image: Image, circles: readonly Circle[]): Image {
  const { target, zoom } = enlarged(image, 0.6)
  for (const { x, y, radius } of circles) {
    const centre = [x * zoom, y * zoom] as const
    circle(target, centre, radius * zoom, { color: dark, width: 5, alpha: 0.5 })
    circle(target, centre, radius * zoom, { color: amber, width: 2.5 })
    disc(target, centre, 3.5, cyan)
  }
  return target
}

/** The votes for centres, at the photograph's size; the square root from black to yellow. */
export function centresPicture({ columns, rows, votes }: Centres, width: number, height: number): Image {
  const target = canvas(columns, rows, ground)
  const most = Math.sqrt(votes.reduce((a, b) => Math.max(a, b), 0)) || 1
  const table = colormap('inferno')
  for (let i = 0; i < votes.length; i++) target.data.set(colorOf(table, Math.sqrt(votes[i] as number), 0, most), 3 * i)
  if (columns === width && rows === height) return target
  const full = canvas(width, height, ground)
  drawImage(full, resize(target, width, height, { filter: 'nearest' }), 0, 0)
  return full
}

/** Six radii: those of the best circles, filled up evenly. */
export function radiusPicture(
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
