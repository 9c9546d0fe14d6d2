/** The smallest crop of a given shape that keeps most of what is salient. It knows saliency only, not composition. */

import { FoveaError } from '../../error/index.ts'
import type { Plane, Rect } from '../../tensor/index.ts'
import { checkPlane } from '../grey.ts'

export interface CropOptions {
  /** Width over height of the crop. */
  readonly aspect: number
  /** The share of the salient mass that must stay inside, 0..1. */
  readonly keep: number
}

export const cropDefaults: CropOptions = { aspect: 1, keep: 0.7 }

export interface Crop {
  /** In pixels of the picture of `width` x `height`. */
  readonly rect: Rect
  /** The share of the salient mass inside; 0 when nothing is salient and the crop is just the middle. */
  readonly kept: number
  /** What was counted: the map above its mean, at the map's size. */
  readonly mass: Plane
}

/** Each size tried is this much smaller than the last. */
const step = 0.97

/**
 * @param map saliency at any resolution over a picture of `width` x `height` pixels
 * @throws FoveaError FOVEA_USAGE for an aspect or share out of range; FOVEA_NOT_FINITE
 */
export function saliencyCrop(map: Plane, width: number, height: number, options: Partial<CropOptions> = {}): Crop {
  const { aspect, keep } = { ...cropDefaults, ...options }
  checkPlane(map, 'A crop')
  if (!(aspect >= 0.1 && aspect <= 10 && keep > 0 && keep <= 1))
    throw new FoveaError(
      'FOVEA_USAGE',
      `A crop needs an aspect from 0.1 to 10 and a share above 0 up to 1, not ${aspect} and ${keep}.`,
    )
  const mass = aboveMean(map)
  const table = summed(mass)
  const total = table[table.length - 1] as number
  const widest = Math.min(width, height * aspect)
  const place = (w: number, x: number, y: number): Rect => ({ x, y, width: w, height: w / aspect })
  if (total === 0) {
    const rect = place(widest, (width - widest) / 2, (height - widest / aspect) / 2)
    return { rect, kept: 0, mass }
  }
  let best = bestOfSize(widest)
  for (let w = widest * step; w >= 0.1 * widest; w *= step) {
    const found = bestOfSize(w)
    if (found.kept < keep) break
    best = found
  }
  return { ...best, mass }

  /** The window moves by half a map pixel, or by a 48th of its way over a fine map. */
  function bestOfSize(w: number): { rect: Rect; kept: number } {
    const h = w / aspect
    const [sx, sy] = [map.width / width, map.height / height]
    const across = Math.min(48, Math.max(1, Math.round((width - w) * sx * 2)))
    const down = Math.min(48, Math.max(1, Math.round((height - h) * sy * 2)))
    let found = { rect: place(w, 0, 0), kept: -1 }
    for (let j = 0; j <= down; j++)
      for (let i = 0; i <= across; i++) {
        const x = ((width - w) * i) / across
        const y = ((height - h) * j) / down
        const kept = sumIn(table, map, x * sx, y * sy, (x + w) * sx, (y + h) * sy) / total
        if (kept > found.kept + 1e-9) found = { rect: place(w, x, y), kept }
      }
    return found
  }
}

function aboveMean({ width, height, data }: Plane): Plane {
  const mean = data.reduce((a, b) => a + b, 0) / data.length
  const constant = data.every((v) => v === data[0])
  return { width, height, data: data.map((v) => (constant ? 0 : Math.max(0, v - mean))) }
}

/** Summed-area table, one row and column larger than the map. */
function summed({ width, height, data }: Plane): Float64Array {
  const stride = width + 1
  const table = new Float64Array(stride * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += data[y * width + x] as number
      table[(y + 1) * stride + x + 1] = (table[y * stride + x + 1] as number) + row
    }
  }
  return table
}

/** Edges between map pixels count by area: the table is read bilinearly. */
function sumIn(table: Float64Array, map: Plane, left: number, top: number, right: number, bottom: number): number {
  const read = (x: number, y: number) => {
    const u = Math.min(map.width, Math.max(0, x))
    const v = Math.min(map.height, Math.max(0, y))
    const [x0, y0] = [Math.min(map.width - 1, Math.floor(u)), Math.min(map.height - 1, Math.floor(v))]
    const at = y0 * (map.width + 1) + x0
    const [p, q] = [u - x0, v - y0]
    const above = (table[at] as number) * (1 - p) + (table[at + 1] as number) * p
    const below = (table[at + map.width + 1] as number) * (1 - p) + (table[at + map.width + 2] as number) * p
    return above * (1 - q) + below * q
  }
  return read(right, bottom) - read(left, bottom) - read(right, top) + read(left, top)
}
