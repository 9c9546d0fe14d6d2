/** One keypoint, large: the refinement on the DoG's own pixels, its orientation histograms, the cells of its descriptor. */

import {
  arrow,
  type Color,
  canvas,
  circle,
  cross,
  drawImage,
  fill,
  fillPath,
  hex,
  line,
  text,
} from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { paintPlane } from '../paint.ts'
import type { ScaleSpace } from '../scale-space/index.ts'
import { describe } from './descriptor.ts'
import { arctangent } from './gradient.ts'
import type { Candidate, Keypoint, Mode } from './keypoint.ts'
import { orientation } from './orientation.ts'

const ground = hex('#17191e')
const grid = hex('#2a2e36')
const ink = hex('#aeb4bf')
const cyan = hex('#5ad1ff')
const amber = hex('#ffd34e')
const pink = hex('#ff4d8d')
const style = { size: 21, color: ink } as const

/** 13 x 13 pixels of the DoG around a candidate, the pixel where it was found and the place where it was moved to. */
export function refinementPicture(space: ScaleSpace, { settled, offset, column, row, steps }: Candidate): Image {
  const reach = 6
  const side = 2 * reach + 1
  const { width, height, data } = space.octaves[settled.octave]?.difference[settled.layer] as Plane
  const [left, top] = [settled.column - reach, settled.row - reach]
  const crop = Float32Array.from({ length: side * side }, (_, i) => {
    const x = Math.min(width - 1, Math.max(0, left + (i % side)))
    const y = Math.min(height - 1, Math.max(0, top + Math.floor(i / side)))
    return data[y * width + x] as number
  })
  const cell = 34
  const target = canvas(720, 460, ground)
  const [dx, dy] = [18, 9]
  drawImage(
    target,
    paintPlane({ width: side, height: side, data: crop }, { colors: 'RdBu', width: side * cell, cells: true }),
    dx,
    dy,
  )
  const at = (x: number, y: number) => [dx + (x - left + 0.5) * cell, dy + (y - top + 0.5) * cell] as const
  const from = at(column, row)
  const to = at(settled.column + offset[0], settled.row + offset[1])
  const corner = [from[0] - cell / 2, from[1] - cell / 2] as const
  for (const [color, w] of [
    [hex('#16181d'), 5],
    [amber, 3],
  ] as const) {
    line(target, corner, [corner[0] + cell, corner[1]], { color, width: w })
    line(target, [corner[0] + cell, corner[1]], [corner[0] + cell, corner[1] + cell], { color, width: w })
    line(target, [corner[0] + cell, corner[1] + cell], [corner[0], corner[1] + cell], { color, width: w })
    line(target, [corner[0], corner[1] + cell], corner, { color, width: w })
  }
  cross(target, to, 26, { color: hex('#16181d'), width: 6 })
  cross(target, to, 24, { color: hex('#5ee38b'), width: 3 })
  const sign = (v: number) => `${v < 0 ? '−' : '+'}${Math.abs(v).toFixed(2)}`
  const lines: readonly (readonly [string, Color])[] = [
    ['found', amber],
    [`column ${column}, row ${row}`, ink],
    ['extremum', hex('#5ee38b')],
    [`column ${sign(offset[0])}`, ink],
    [`row ${sign(offset[1])}`, ink],
    [`layer ${settled.layer} ${sign(offset[2])}`, ink],
    [`${steps} fit${steps === 1 ? '' : 's'}`, ink],
  ]
  lines.forEach(([words, color], i) => text(target, 486, 44 + 34 * i + (i >= 2 ? 16 : 0), words, { ...style, color }))
  return target
}

/** A keypoint's level, and the keypoint in that level's samples. */
function inLevel(space: ScaleSpace, { octave, layer, x, y, sigma }: Keypoint) {
  const { step, gaussian } = space.octaves[octave] as ScaleSpace['octaves'][number]
  return { level: gaussian[layer] as Plane, x: x / step, y: y / step, sigma: sigma / step }
}

/** The 36 bins, as voted and smoothed, with the peaks; on the right the same gradients in eight bins. */
export function orientationPicture(space: ScaleSpace, keypoint: Keypoint, mode: Mode): Image {
  const { level, x, y, sigma } = inLevel(space, keypoint)
  const options = { arctangent: arctangent[mode], share: mode === 'aligned' }
  const fine = orientation(level, x, y, sigma, options)
  const coarse = orientation(level, x, y, sigma, { ...options, bins: 8 })
  const target = canvas(720, 460, ground)
  const bars = (values: Float64Array, left: number, width: number, color: Color, overlaid?: Float64Array) => {
    const most = Math.max(...values, 1e-12)
    const pitch = width / values.length
    values.forEach((v, i) => {
      const x0 = Math.round(left + i * pitch)
      const h = Math.round((310 * v) / most)
      fill(target, { x: x0, y: 400 - h, width: Math.max(1, Math.round(pitch) - 2), height: h }, color)
      if (!overlaid) return
      const top = 400 - Math.round((310 * (overlaid[i] as number)) / most)
      fill(target, { x: x0, y: top - 2, width: Math.max(1, Math.round(pitch) - 2), height: 3 }, cyan)
    })
    return { most, pitch }
  }
  const { most } = bars(fine.votes, 24, 432, hex('#4a5160'), fine.smooth)
  const least = 400 - (310 * 0.8 * Math.max(...fine.smooth)) / most
  for (let u = 24; u < 456; u += 12) line(target, [u, least], [u + 6, least], { color: ink, width: 1.5 })
  for (const peak of fine.peaks) {
    const u = 24 + ((peak / 10 + 0.5) % 36) * 12
    fillPath(
      target,
      [
        [
          [u, 404],
          [u - 7, 418],
          [u + 7, 418],
        ],
      ],
      pink,
    )
  }
  bars(coarse.votes, 500, 196, amber)
  const names = fine.peaks.map((peak) => `${peak.toFixed(1)}°`).join(', ')
  text(target, 24, 36, `36 bins; smoothed (cyan); from 0.8 of the top: ${names}`, style)
  text(target, 500, 66, '8 bins, in brief', { ...style, color: amber })
  for (const tick of [0, 90, 180, 270])
    text(target, 30 + (tick / 10) * 12, 446, `${tick}°`, { ...style, align: tick === 0 ? 'left' : 'center' })
  for (const tick of [0, 180]) text(target, 512 + (tick / 45) * 24.5, 446, `${tick}°`, { ...style, align: 'center' })
  fill(target, { x: 24, y: 400, width: 432, height: 1 }, grid)
  fill(target, { x: 500, y: 400, width: 196, height: 1 }, grid)
  return target
}

/** The window upright, as the descriptor sees it, and in each cell a star of its gradients; 4x4 beside the 2x2 of the idea. */
export function descriptorPicture(space: ScaleSpace, keypoint: Keypoint, mode: Mode): Image {
  const target = canvas(720, 400, ground)
  for (const [grids, left] of [
    [4, 12],
    [2, 366],
  ] as const) {
    const size = 342
    drawImage(target, upright(space, keypoint, size), left, 46)
    drawStars(target, space, keypoint, mode, grids, [left, 46], size)
    text(target, left, 32, `${grids} x ${grids} x 8 = ${grids * grids * 8} numbers`, style)
  }
  return target
}

/** The level around a keypoint, turned so that its direction points to the right; 12 sigma wide, dimmed. */
function upright(space: ScaleSpace, keypoint: Keypoint, size: number): Image {
  const { level, x, y, sigma } = inLevel(space, keypoint)
  const turn = (keypoint.angle * Math.PI) / 180
  const data = new Float32Array(size * size)
  for (let i = 0; i < data.length; i++) {
    const u = ((i % size) / (size - 1) - 0.5) * 12 * sigma
    const v = (Math.floor(i / size) / (size - 1) - 0.5) * 12 * sigma
    data[i] = sample(level, x + u * Math.cos(turn) - v * Math.sin(turn), y + u * Math.sin(turn) + v * Math.cos(turn))
  }
  const picture = paintPlane(
    { width: size, height: size, data },
    { colors: 'grey', min: Math.min(...minMax(data)), max: Math.max(...minMax(data)) },
  )
  return { ...picture, data: picture.data.map((v) => Math.round(20 + 0.5 * v)) }
}

function minMax(values: Float32Array): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
    [Infinity, -Infinity],
  )
}

/** Bilinear, held at the edges. */
function sample({ width, height, data }: Plane, x: number, y: number): number {
  const at = (c: number, r: number) =>
    data[Math.min(height - 1, Math.max(0, r)) * width + Math.min(width - 1, Math.max(0, c))] as number
  const [c, r] = [Math.floor(x), Math.floor(y)]
  const top = at(c, r) + (at(c + 1, r) - at(c, r)) * (x - c)
  const bottom = at(c, r + 1) + (at(c + 1, r + 1) - at(c, r + 1)) * (x - c)
  return top + (bottom - top) * (y - r)
}

function drawStars(
  target: Image,
  space: ScaleSpace,
  keypoint: Keypoint,
  mode: Mode,
  cells: number,
  [left, top]: readonly [number, number],
  size: number,
): void {
  const { level, x, y, sigma } = inLevel(space, keypoint)
  const vector = new Uint8Array(cells * cells * 8)
  // Two cells a side cover the same window when each is twice as wide.
  describe(level, x, y, sigma, keypoint.angle, { grid: cells, cell: 12 / cells, arctangent: arctangent[mode] }, vector)
  const pitch = size / cells
  for (let i = 0; i <= cells; i++) {
    const rule = { color: hex('#e8eaee'), width: 1.5, alpha: 0.5 }
    line(target, [left + i * pitch, top], [left + i * pitch, top + size], rule)
    line(target, [left, top + i * pitch], [left + size, top + i * pitch], rule)
  }
  const most = Math.max(...vector, 1)
  vector.forEach((v, i) => {
    const cell = Math.floor(i / 8)
    const centre = [left + ((cell % cells) + 0.5) * pitch, top + (Math.floor(cell / cells) + 0.5) * pitch] as const
    const turn = (-(i % 8) * Math.PI) / 4
    const reach = (0.46 * pitch * v) / most
    const tip = [centre[0] + reach * Math.cos(turn), centre[1] + reach * Math.sin(turn)] as const
    if (reach > 1) arrow(target, centre, tip, { color: amber, width: 2.5 }, 9)
  })
  const middle = [left + size / 2, top + size / 2] as const
  circle(target, middle, size / 6, { color: pink, width: 2 })
  line(target, middle, [middle[0] + size / 6, middle[1]], { color: pink, width: 2 })
}
