/** Pictures of planes: one by a colour map, many as labelled tiles. No photographs under them (that is image/overlay). */

import {
  type Colormap,
  canvas,
  colormap,
  colorOf,
  drawImage,
  ellipsis,
  hex,
  resize,
  resizePlane,
  text,
} from '../image/index.ts'
import type { Image, Plane } from '../tensor/index.ts'

export interface PaintOptions {
  /** Default 'inferno'. 'grey' is black to white; a diverging map is centred at 0. */
  readonly colors?: Colormap | 'grey'
  /** Default: 0 (or the minimum, if negative) to the maximum; -max to max for a diverging map. */
  readonly min?: number
  readonly max?: number
  /** Pixels across; default the plane's own. Larger is interpolated, or shown as cells. */
  readonly width?: number
  readonly cells?: boolean
}

export function paintPlane(plane: Plane, options: PaintOptions = {}): Image {
  const { colors = 'inferno', width = plane.width, cells = false } = options
  let low = 0
  let high = 0
  for (const v of plane.data) {
    if (v < low) low = v
    if (v > high) high = v
  }
  const diverging = colors === 'RdBu'
  const most = Math.max(-low, high)
  const min = options.min ?? (diverging ? -most : low)
  const max = options.max ?? (diverging ? most : high)
  const height = Math.max(1, Math.round((plane.height * width) / plane.width))
  const same = width === plane.width
  const sized = same ? plane : resizePlane(plane, width, height, { filter: cells ? 'nearest' : 'bilinear' })
  const data = new Uint8Array(3 * sized.data.length)
  const table = colors === 'grey' ? undefined : colormap(colors)
  for (let i = 0; i < sized.data.length; i++) {
    const v = sized.data[i] as number
    if (table) data.set(colorOf(table, max > min ? v : min, min, max > min ? max : min + 1), 3 * i)
    else
      data.fill(
        max > min ? Math.min(255, Math.max(0, Math.round((255 * (v - min)) / (max - min)))) : 0,
        3 * i,
        3 * i + 3,
      )
  }
  return { width, height: same ? plane.height : height, data }
}

export interface Tile {
  readonly label: string
  readonly image: Image
  /** 0..1: dims the tile, so that what has no weight recedes (default 1). */
  readonly weight?: number
}

const ground = hex('#17191e')
const ink = hex('#e8eaee')
const gap = 8
const line = 20

/** Tiles of one size in rows, each with its label above, on a dark ground. Missing tiles stay empty. */
export function tiles(items: readonly Tile[], columns: number, tileWidth: number): Image {
  const first = (items[0] as Tile).image
  const tileHeight = Math.max(1, Math.round((tileWidth * first.height) / first.width))
  const rows = Math.ceil(items.length / columns)
  const pitch = { x: tileWidth + gap, y: tileHeight + line + gap }
  const target = canvas(columns * pitch.x + gap, rows * pitch.y + gap, ground)
  items.forEach(({ label, image, weight = 1 }, i) => {
    const x = gap + (i % columns) * pitch.x
    const y = gap + Math.floor(i / columns) * pitch.y
    const style = { size: 14, color: ink }
    text(target, x, y + 14, ellipsis(label, tileWidth, style), style)
    drawImage(target, faded(resize(image, tileWidth, tileHeight), weight), x, y + line)
  })
  return target
}

function faded(image: Image, weight: number): Image {
  if (weight === 1) return image
  return { ...image, data: image.data.map((v, i) => Math.round(v * weight + (ground[i % 3] as number) * (1 - weight))) }
}
