/** The stages of the Hough transforms as pictures: the accumulator, one pixel's votes in it, what was found. */

import {
  type Color,
  canvas,
  circle,
  colormap,
  colorOf,
  disc,
  hex,
  line,
  polyline,
  resize,
  text,
} from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { Accumulator, Line } from './lines.ts'
import type { Segment } from './segments.ts'
import { votesOf } from './votes.ts'

export const ground = hex('#17191e')
const ink = hex('#aeb4bf')
const plot = { left: 52, top: 12, width: 720, height: 480, right: 16, bottom: 40 }

/** How an accumulator lies in its plot: the distances that hold votes, four pixels a degree. */
interface Frame {
  readonly first: number
  readonly last: number
  readonly x: (angle: number) => number
  readonly y: (distance: number) => number
}

function frameOf({ angles, distances, votes }: Accumulator): Frame {
  let first = distances
  let last = -1
  for (let i = 0; i < votes.length; i++)
    if (votes[i]) {
      const distance = i % distances
      first = Math.min(first, distance)
      last = Math.max(last, distance)
    }
  if (last < 0) [first, last] = [0, distances - 1]
  const step = plot.height / (last - first + 1)
  return {
    first,
    last,
    x: (angle) => plot.left + ((angle + 0.5) * plot.width) / angles,
    y: (distance) => plot.top + (distance - first + 0.5) * step,
  }
}

export interface AccumulatorOptions {
  /** radians and pixels of a cell, for the axes */
  readonly theta: number
  readonly rho: number
  /** ringed */
  readonly lines?: readonly Line[]
  /** a pixel whose votes are drawn as a curve */
  readonly point?: readonly [number, number]
}

/** Angle to the right, distance downwards; the square root of the votes from black to yellow. */
export function accumulatorPicture(accumulator: Accumulator, options: AccumulatorOptions): Image {
  const frame = frameOf(accumulator)
  const target = canvas(plot.left + plot.width + plot.right, plot.top + plot.height + plot.bottom, ground)
  paintVotes(target, accumulator, frame)
  const { angles, zero } = accumulator
  const style = { size: 13, color: ink }
  const degrees = (angles * options.theta * 180) / Math.PI
  for (let k = 0; k <= 4; k++) {
    const label = `${Math.round((degrees * k) / 4)}°`
    text(target, plot.left + (plot.width * k) / 4, plot.top + plot.height + 17, label, { ...style, align: 'center' })
  }
  text(
    target,
    plot.left,
    plot.top + plot.height + 33,
    'across: angle of the normal; down: distance from the corner in pixels',
    style,
  )
  for (const distance of [frame.first, zero, frame.last]) {
    if (distance < frame.first || distance > frame.last) continue
    const label = `${Math.round((distance - zero) * options.rho)}`
    const y = Math.min(plot.top + plot.height, Math.max(plot.top + 9, frame.y(distance) + 4))
    text(target, plot.left - 8, y, label, { ...style, align: 'right' })
  }
  for (const { rho, theta } of options.lines ?? []) {
    const at = [frame.x(theta / options.theta), frame.y(zero + rho / options.rho)] as const
    circle(target, at, 7, { color: [16, 17, 20], width: 4, alpha: 0.6 })
    circle(target, at, 7, { color: [255, 255, 255], width: 1.5 })
  }
  if (options.point) drawCurve(target, accumulator, frame, options.point)
  return target
}

/** Each pixel of the plot shows the greatest of its cells, so that no peak is lost. */
function paintVotes(target: Image, { angles, distances, votes }: Accumulator, { first, last }: Frame): void {
  const cells = new Float32Array(plot.width * plot.height)
  const range = last - first + 1
  for (let y = 0; y < plot.height; y++) {
    const from = first + Math.floor((y * range) / plot.height)
    const to = Math.max(from + 1, first + Math.floor(((y + 1) * range) / plot.height))
    for (let x = 0; x < plot.width; x++) {
      const angle = Math.floor((x * angles) / plot.width)
      let most = 0
      for (let r = from; r < to; r++) most = Math.max(most, votes[angle * distances + r] as number)
      cells[y * plot.width + x] = Math.sqrt(most)
    }
  }
  const most = cells.reduce((a, b) => Math.max(a, b), 0)
  const table = colormap('inferno')
  for (let y = 0; y < plot.height; y++)
    for (let x = 0; x < plot.width; x++) {
      const color = colorOf(table, cells[y * plot.width + x] as number, 0, most || 1)
      target.data.set(color, 3 * ((plot.top + y) * target.width + plot.left + x))
    }
}

function drawCurve(target: Image, accumulator: Accumulator, frame: Frame, [x, y]: readonly [number, number]): void {
  const points = Array.from(votesOf(accumulator, x, y), (distance, n) => [frame.x(n), frame.y(distance)] as const)
  polyline(target, points, { color: [16, 17, 20], width: 4, alpha: 0.5 })
  polyline(target, points, { color: hex('#5ad1ff'), width: 2 })
}

/** Small photographs are shown larger, so that a line is thin beside them. */
export function enlarged(image: Image, dim: number): { target: Image; zoom: number } {
  const zoom = Math.max(1, Math.ceil(720 / Math.max(image.width, image.height)))
  const target = resize(image, image.width * zoom, image.height * zoom)
  return { target: { ...target, data: target.data.map((value) => Math.round(value * dim)) }, zoom }
}

export const cyan = hex('#5ad1ff')
export const amber = hex('#ffd34e')
export const dark: Color = [10, 10, 12]

/** Lines over the photograph, the strongest brightest; `point` is marked. */
export function linesOver(image: Image, lines: readonly Line[], point?: readonly [number, number]): Image {
  const { target, zoom } = enlarged(image, 0.6)
  const most = lines[0]?.votes ?? 1
  for (const { rho, theta, votes } of [...lines].reverse()) {
    const ends = inside(rho, theta, image.width, image.height)
    if (!ends) continue
    const [from, to] = ends.map(([x, y]) => [(x + 0.5) * zoom, (y + 0.5) * zoom] as const) as [Place, Place]
    line(target, from, to, { color: amber, width: 2, alpha: 0.35 + (0.65 * votes) / most })
  }
  if (point) mark(target, [(point[0] + 0.5) * zoom, (point[1] + 0.5) * zoom])
  return target
}

type Place = readonly [number, number]

/** The two ends of a line inside the picture. */
function inside(rho: number, theta: number, width: number, height: number): [Place, Place] | undefined {
  const [cos, sin] = [Math.cos(theta), Math.sin(theta)]
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  // along the line: x = rho cos - t sin, y = rho sin + t cos
  for (const [at, slope, size] of [
    [rho * cos, -sin, width],
    [rho * sin, cos, height],
  ] as const) {
    if (Math.abs(slope) < 1e-9) {
      if (at < -0.5 || at > size - 0.5) return undefined
      continue
    }
    const sides = [(-0.5 - at) / slope, (size - 0.5 - at) / slope] as const
    from = Math.max(from, Math.min(...sides))
    to = Math.min(to, Math.max(...sides))
  }
  const place = (t: number): Place => [rho * cos - t * sin, rho * sin + t * cos]
  return from < to ? [place(from), place(to)] : undefined
}

function mark(target: Image, at: readonly [number, number]): void {
  disc(target, at, 8, dark, 0.7)
  disc(target, at, 6, [255, 255, 255])
  disc(target, at, 4, cyan)
}

export function segmentsOver(image: Image, segments: readonly Segment[]): Image {
  const { target, zoom } = enlarged(image, 0.6)
  for (const { x0, y0, x1, y1 } of segments) {
    const ends = [
      [(x0 + 0.5) * zoom, (y0 + 0.5) * zoom] as const,
      [(x1 + 0.5) * zoom, (y1 + 0.5) * zoom] as const,
    ] as const
    line(target, ends[0], ends[1], { color: dark, width: 5, alpha: 0.5 })
    line(target, ends[0], ends[1], { color: amber, width: 2.5 })
    for (const end of ends) disc(target, end, 2.5, cyan)
  }
  return target
}
