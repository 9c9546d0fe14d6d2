/** A heatmap over its photograph, as a person should see it: weak stays weak, no data looks like no data. Not the legend. */

import { FoveaError } from '../error/index.ts'
import type { Image, Plane, Rect } from '../tensor/index.ts'
import { dashedFrame } from './canvas.ts'
import { type Colormap, colormap, colorOf } from './colormap/index.ts'
import { drawContour } from './contour.ts'
import { polyline } from './draw.ts'
import { fromLinear, toLinear } from './light.ts'
import { project } from './plane.ts'
import type { Point } from './raster.ts'
import { resize } from './resize.ts'
import { type Brush, paint } from './wasm/paint.ts'

/**
 * positive: CAMs, masks. signed: evidence for and against, in regions. pixel: fine gradients, shown alone on black.
 * signed-pixel: fine attributions with their sign, shown alone on white.
 */
export type HeatmapKind = 'positive' | 'signed' | 'pixel' | 'signed-pixel'

/** Fine detail, which a photograph behind it would hide: shown alone, its few largest values clipped. */
export const isFine = (kind: HeatmapKind): boolean => kind === 'pixel' || kind === 'signed-pixel'

export const isSigned = (kind: HeatmapKind): boolean => kind === 'signed' || kind === 'signed-pixel'

/** The share of positions within the scale unless somebody says otherwise. */
export const usualClip = (kind: HeatmapKind): number => (isFine(kind) ? 0.995 : 1)

export interface ScaleOptions {
  readonly kind: HeatmapKind
  /** default inferno (positive), RdBu (signed, signed-pixel), magma (pixel) */
  readonly colormap?: Colormap
  /** the share of pixels that lie within the scale, 0-1; default 1, for fine detail 0.995 */
  readonly clip?: number
  /** the value at the scale's end, for panels that share a scale; default from the plane and `clip` */
  readonly max?: number
}

/** What colours mean: the bar beside the picture. */
export interface Scale {
  readonly colormap: Colormap
  readonly min: number
  readonly max: number
  /** where a signed scale is neutral */
  readonly zero?: number
}

export interface OverlayOptions extends ScaleOptions {
  /** of the map at 60 % of its maximum and above, 0-1 (default 0.8) */
  readonly opacity?: number
  /** show the plane's own cells instead of blending between them */
  readonly cells?: boolean
  /** the part of the image, in its pixels, that the plane covers (default: all); may reach beyond the image */
  readonly rect?: Rect
  /** a rectangle in the image's pixels to be outlined, such as a detection */
  readonly box?: Rect
  /** width of the result in pixels (default: the image's) */
  readonly width?: number
  /** a thin line at half of the maximum (or at the threshold); positive maps only, default true */
  readonly contour?: boolean
  /** the share of the maximum, 0-1, below which nothing of the map is shown (default 0: all is) */
  readonly threshold?: number
}

const maps: Readonly<Record<HeatmapKind, Colormap>> = {
  positive: 'inferno',
  signed: 'RdBu',
  pixel: 'magma',
  'signed-pixel': 'RdBu',
}

/** The scale of a plane: 0 to max, or -max to max with zero; max is 0 when there is nothing (positive) to show. */
export function scaleOf(plane: Plane, options: ScaleOptions): Scale {
  const { kind, clip = usualClip(kind) } = options
  const map = options.colormap ?? maps[kind]
  if (!(clip > 0 && clip <= 1)) throw new FoveaError('FOVEA_USAGE', `A clip is a share from 0 to 1, not ${clip}.`)
  const max = options.max ?? largest(plane.data, kind === 'positive', clip)
  return isSigned(kind) ? { colormap: map, min: -max, max, zero: 0 } : { colormap: map, min: 0, max }
}

/** The size that the share `clip` of the values does not exceed; 0 where there is none. Only positive ones, or magnitudes; NaN is none. */
function largest(values: Float32Array, positive: boolean, clip: number): number {
  const sizes = new Float32Array(values.length)
  let count = 0
  let max = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (Number.isNaN(value)) continue
    const size = positive ? Math.max(0, value) : Math.abs(value)
    sizes[count++] = size
    if (size > max) max = size
  }
  return clip === 1 || count === 0 ? max : ranked(sizes.subarray(0, count), Math.max(0, Math.ceil(clip * count) - 1))
}

/** The number that would be at `rank`, were they sorted; none may be negative: then their bits are in their order. */
function ranked(sizes: Float32Array, rank: number): number {
  const bits = new Uint32Array(sizes.buffer, sizes.byteOffset, sizes.length)
  const counts = new Uint32Array(2 ** 15)
  for (let i = 0; i < bits.length; i++) {
    const high = (bits[i] as number) >>> 16
    counts[high] = (counts[high] as number) + 1
  }
  let [high, before] = [0, 0]
  while (before + (counts[high] as number) <= rank) before += counts[high++] as number
  const near = new Float32Array(counts[high] as number)
  for (let i = 0, at = 0; at < near.length; i++)
    if ((bits[i] as number) >>> 16 === high) near[at++] = sizes[i] as number
  return near.sort()[rank - before] as number
}

/**
 * The photograph with the plane over it. The plane has any resolution and covers `rect` of the image; NaN is "no data".
 *
 * positive: photograph at 45 % saturation and 70 % brightness; the map is transparent below 10 % of the maximum and at full
 * opacity from 60 % on; blended in linear light. signed: the same with opacity by magnitude. pixel: the map alone.
 * @throws FoveaError FOVEA_USAGE, also for an infinite value in the plane
 */
export function overlay(image: Image, plane: Plane, options: OverlayOptions): Image {
  const { kind, cells = false, opacity = 0.8, contour = true, threshold = 0 } = options
  if (hasInfinity(plane))
    throw new FoveaError('FOVEA_USAGE', 'The heatmap has infinite values, which no picture can show.')
  const scale = scaleOf(plane, options)
  const width = options.width ?? image.width
  const zoom = width / image.width
  const height = Math.max(1, Math.round(image.height * zoom))
  const photo = resize(image, width, height, { filter: zoom < 1 ? 'lanczos' : 'bicubic' })
  const whole = { x: 0, y: 0, width: image.width, height: image.height }
  const rect = scaled(options.rect ?? whole, width / image.width, height / image.height)
  const fine = cells ? plane : reduce(plane, Math.floor(plane.width / rect.width))
  const map = project(fine, rect, width, height, { filter: cells ? 'nearest' : 'bilinear' })
  const result = paint(photo, map, brushFor(scale, { kind, opacity, threshold }))
  if (kind === 'positive' && contour && scale.max > 0) {
    const cell = cells ? 0 : Math.max(rect.width / fine.width, rect.height / fine.height)
    drawContour(result, map, scale.max * (threshold || 0.5), cell)
  }
  frame(result, map)
  if (options.box) outline(result, scaled(options.box, zoom, height / image.height))
  return result
}

function hasInfinity({ data }: Plane): boolean {
  for (let i = 0; i < data.length; i++) if (Math.abs(data[i] as number) === Number.POSITIVE_INFINITY) return true
  return false
}

function scaled({ x, y, width, height }: Rect, across: number, down: number): Rect {
  return { x: x * across, y: y * down, width: width * across, height: height * down }
}

/** Means of `factor` x `factor` pixels, so that fine detail does not flicker when the picture is smaller than the plane. */
function reduce(plane: Plane, factor: number): Plane {
  if (factor < 2) return plane
  const width = Math.floor(plane.width / factor)
  const height = Math.floor(plane.height / factor)
  if (width * factor !== plane.width || height * factor !== plane.height) return plane
  const data = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let i = 0; i < factor * factor; i++) {
        const row = y * factor + Math.floor(i / factor)
        sum += plane.data[row * plane.width + x * factor + (i % factor)] as number
      }
      data[y * width + x] = sum / (factor * factor)
    }
  return { width, height, data }
}

type Look = Required<Pick<OverlayOptions, 'kind' | 'opacity' | 'threshold'>>

/** The brush for a kind of heatmap. */
function brushFor({ colormap: name, min, max }: Scale, { kind, opacity, threshold }: Look): Brush {
  const table = colormap(name)
  const ground = kind === 'signed-pixel' ? colorOf(table, 0, -1, 1) : black
  const lights = Float64Array.from([...table, ...ground], toLinear)
  const levels = Uint8Array.from(lights, fromLinear)
  const alone = isFine(kind)
  return {
    ...{ min, max, opacity, threshold, lights, levels, alone },
    magnitude: alone || isSigned(kind),
    absolute: kind === 'pixel',
  }
}

const black = [0, 0, 0] as const

/** The dashed frame around what the model saw, where something was not seen. */
function frame(target: Image, map: Plane): void {
  let [left, top, right, bottom] = [map.width, map.height, -1, -1]
  for (let y = 0; y < map.height; y++) {
    const row = y * map.width
    let [first, last] = [0, map.width - 1]
    while (first <= last && Number.isNaN(map.data[row + first])) first++
    while (last >= first && Number.isNaN(map.data[row + last])) last--
    if (first > last) continue
    left = Math.min(left, first)
    right = Math.max(right, last)
    top = Math.min(top, y)
    bottom = y
  }
  const rect = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
  if (right >= 0 && (rect.width < map.width || rect.height < map.height)) dashedFrame(target, rect)
}

/** A white outline with dark edges, which shows on any ground; what lies outside the picture is left out. */
function outline(target: Image, { x, y, width, height }: Rect): void {
  const corners: Point[] = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
    [x, y],
  ]
  polyline(target, corners, { color: [0, 0, 0], width: 4, alpha: 0.6 })
  polyline(target, corners, { color: [255, 255, 255], width: 2 })
}
