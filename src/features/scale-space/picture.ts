/** Scale space as pictures: the kernel as a surface and as samples, the pyramids as rows of tiles, the snowflake's corners. */

import {
  type Color,
  canvas,
  colormap,
  colorOf,
  disc,
  drawImage,
  fillPath,
  hex,
  polyline,
  text,
} from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { chart, roundTicks } from '../chart.ts'
import { paintPlane, tiles } from '../paint.ts'
import { type CornersAtScale, cornersAtScale, smallestEdge } from './corners.ts'
import { gaussianKernel, gaussianSurface } from './gaussian-kernel.ts'
import type { ScaleSpace } from './scale-space.ts'
import { snowflake } from './snowflake.ts'

const ground = hex('#17191e')
const ink = hex('#aeb4bf')
const cyan = hex('#5ad1ff')
const amber = hex('#ffd34e')

/** The sampled kernels of one octave: weights over the distance from the centre, the narrowest tallest. */
export function kernelCurves(sigmas: readonly number[]): Image {
  const table = colormap('viridis')
  const reach = Math.max(...sigmas.map((sigma) => gaussianKernel(sigma).length)) - 1
  const series = sigmas.map((sigma, i) => {
    const half = gaussianKernel(sigma)
    const points = Array.from({ length: 2 * half.length - 1 }, (_, j) => {
      const d = j - half.length + 1
      return [d, half[Math.abs(d)] as number] as const
    })
    const color = colorOf(table, i + 1.5, 0, sigmas.length + 0.8)
    return { points, color, kind: 'dots' as const, label: `σ ${sigma.toFixed(2)}` }
  })
  const curves = series.map(({ color }, i) => {
    const sigma = sigmas[i] as number
    const peak = gaussianKernel(sigma)[0] as number
    const points = Array.from({ length: 201 }, (_, j) => {
      const d = ((j - 100) / 100) * reach
      return [d, peak * Math.exp((-d * d) / (2 * sigma * sigma))] as const
    })
    return { points, color, kind: 'line' as const }
  })
  const top = 1.08 * Math.max(...series.flatMap(({ points }) => points.map(([, v]) => v)))
  const ticks = [-20, -15, -10, -5, 0, 5, 10, 15, 20].filter((tick) => Math.abs(tick) <= reach)
  const x = { label: 'samples from the centre', min: -reach, max: reach, ticks }
  return chart(x, { label: 'weight', min: 0, max: top, ticks: roundTicks(top) }, [...curves, ...series])
}

/** The 2-D kernel as a surface seen from above at an angle, its samples as dots joined by a net; near hides far. */
export function kernelSurface(sigma: number): Image {
  const { size, weights } = gaussianSurface(sigma)
  const target = canvas(720, 460, ground)
  const peak = Math.max(...weights)
  const table = colormap('viridis')
  const half = (size - 1) / 2
  const unit = 320 / size
  const height = (x: number, y: number) => Math.exp(-(x * x + y * y) / (2 * sigma * sigma))
  const place = (x: number, y: number): readonly [number, number] => [
    360 + (x - y) * unit,
    325 + (x + y) * unit * 0.4 - height(x, y) * 265,
  ]
  const facet = (x: number, y: number, side: number) => {
    const corners = [
      [x, y],
      [x + side, y],
      [x + side, y + side],
      [x, y + side],
    ] as const
    const outline = corners.map(([u, v]) => place(u, v))
    const [cx, cy] = [0, 1].map((axis) => outline.reduce((sum, p) => sum + (p[axis] as number) / 4, 0)) as [
      number,
      number,
    ]
    const grown = outline.map(([u, v]) => [u + 0.6 * Math.sign(u - cx), v + 0.6 * Math.sign(v - cy)] as const)
    const slope = height(x, y + side) - height(x + side, y)
    const color = colorOf(table, 0.2 + 0.8 * height(x + side / 2, y + side / 2), 0, 1.05)
    fillPath(
      target,
      [grown],
      color.map((v) => Math.min(255, Math.round(v * (0.85 + (0.25 * slope) / side)))) as unknown as Color,
    )
  }
  const cells = Array.from({ length: size * size }, (_, i) => [(i % size) - half, Math.floor(i / size) - half] as const)
  const fine = 4
  for (const [x, y] of cells.sort((a, b) => a[0] + a[1] - b[0] - b[1])) {
    for (let i = 0; i < fine * fine; i++)
      facet(x - 0.5 + (i % fine) / fine, y - 0.5 + Math.floor(i / fine) / fine, 1 / fine)
    const along = [-0.5, -0.25, 0, 0.25, 0.5]
    const thread = { color: hex('#f4f6fa'), width: 1, alpha: 0.35 }
    polyline(
      target,
      along.map((t) => place(x + t, y)),
      thread,
    )
    polyline(
      target,
      along.map((t) => place(x, y + t)),
      thread,
    )
    disc(target, place(x, y), Math.max(1.5, Math.min(3.6, unit / 6)), hex('#f4f6fa'))
  }
  const style = { size: 19, color: ink }
  text(target, 24, 40, `σ ${sigma.toFixed(2)}: ${size} x ${size} samples, sum 1`, style)
  text(target, 24, 66, `centre ${peak.toFixed(4)}`, style)
  return target
}

/** Tiles are 176 pixels wide, towers less, so that they stay 260 high. */
const tileWidth = ({ width, height }: Plane) => Math.min(176, Math.max(24, Math.round((260 * width) / height)))

/** The Gaussian planes, one row an octave; coarser octaves show their own larger pixels. */
export function gaussianRows(space: ScaleSpace, most = 4): Image {
  return rows(space, most, ({ gaussian, sigmas }) =>
    gaussian.map((plane, i) => ({
      plane,
      label: `σ ${short(sigmas[i] as number)} px`,
      colors: 'grey' as const,
      max: 255,
    })),
  )
}

/** The DoG planes: blue below zero (bright blobs), red above (dark ones); one scale for all. */
export function differenceRows(space: ScaleSpace, most = 4): Image {
  const limit = differenceLimit(space)
  return rows(space, most, ({ difference, sigmas }) =>
    difference.map((plane, i) => ({
      plane,
      label: `${short(sigmas[i + 1] as number)} − ${short(sigmas[i] as number)}`,
      colors: 'RdBu' as const,
      max: limit,
    })),
  )
}

/** 99.5 % of the |D| of every fifth pixel lie below it. */
export function differenceLimit({ octaves }: ScaleSpace): number {
  const values = octaves.flatMap(({ difference }) =>
    difference.flatMap(({ data }) =>
      Array.from({ length: Math.floor(data.length / 97) }, (_, i) => Math.abs(data[97 * i] as number)),
    ),
  )
  return values.sort((a, b) => a - b)[Math.floor(0.995 * values.length)] || 1
}

const short = (sigma: number) => (sigma < 10 ? sigma.toFixed(1) : sigma.toFixed(0))

interface Cell {
  readonly plane: Plane
  readonly label: string
  readonly colors: 'grey' | 'RdBu'
  readonly max: number
}

function rows(
  space: ScaleSpace,
  most: number,
  cells: (octave: ScaleSpace['octaves'][number]) => readonly Cell[],
): Image {
  const shown = space.octaves.slice(0, most)
  const across = tileWidth(space.octaves[0]?.gaussian[0] as Plane)
  const items = shown.flatMap((octave) =>
    cells(octave).map(({ plane, label, colors, max }) => ({
      label: `${label}`,
      image: paintPlane(plane, { colors, min: colors === 'grey' ? 0 : -max, max, width: across, cells: true }),
    })),
  )
  return tiles(items, items.length / shown.length, across)
}

/** One scale of the snowflake: the blurred shape, its outline, its corners and their number. */
export function cornersPicture({ blurred: plane, line: points, corners, sigma }: CornersAtScale): Image {
  const picture = paintPlane(plane, { colors: 'grey', min: 0, max: 1.6 })
  const centre = ([x, y]: readonly [number, number]) => [x + 0.5, y + 0.5] as const
  polyline(picture, [...points, points[0] ?? [0, 0]].map(centre), { color: cyan, width: 2 })
  for (const corner of corners) disc(picture, centre(corner), 5, amber)
  const style = { size: 24, color: hex('#e8eaee') }
  text(picture, 20, 36, `${corners.length} corners`, { ...style, weight: 'semibold' })
  text(picture, plane.width - 20, 36, `σ ${short(sigma)} px`, { ...style, align: 'right' })
  return picture
}

/** The number of corners over the scale: it holds where the shape has structure of that size, and falls in between. */
export function cornersCurve(size = 400): Image {
  const shape = snowflake(size)
  const edge = smallestEdge(size)
  const shares = Array.from({ length: 26 }, (_, i) => 0.1 * 2 ** ((i * 4.95) / 25))
  const points = shares.map((share) => [share, cornersAtScale(shape, share * edge).corners.length] as const)
  const ticks = [6, 12, 24, 48, 96, 192]
  const x = {
    label: 'σ, in lengths of the smallest edge',
    min: 0.1,
    max: 3.2,
    ticks: [0.1, 0.2, 0.5, 1, 2, 3],
    logarithmic: true,
  }
  return chart(x, { label: 'corners', min: 6, max: 260, ticks, logarithmic: true }, [
    { color: amber, points, kind: 'steps' },
  ])
}

/** Pictures side by side on the dark ground. */
export function beside(pictures: readonly Image[], gap = 12): Image {
  const height = Math.max(...pictures.map((each) => each.height))
  const width = pictures.reduce((sum, each) => sum + each.width + gap, -gap)
  const target = canvas(width, height, ground)
  let x = 0
  for (const picture of pictures) {
    drawImage(target, picture, x, 0)
    x += picture.width + gap
  }
  return target
}
