/** How many corners an outline has at a scale: the demonstration of what 'the same shape at several scales' means. */

import type { Plane } from '../../tensor/index.ts'
import { curvature, outline, resampled } from './outline.ts'
import { blurred, snowflake } from './snowflake.ts'

export interface CornersAtScale {
  readonly sigma: number
  /** The plane at this scale. */
  readonly blurred: Plane
  /** Its outline at half height, and the corners on it; pixels. */
  readonly line: readonly (readonly [number, number])[]
  readonly corners: readonly (readonly [number, number])[]
}

/** Equal steps along the outline. */
const samples = 4096

/**
 * Corners of the outline of a plane of 0 (outside) and 1 (inside) at scale sigma: the places that turn more than any other within
 * sigma / 2 along it, where a turn counts from 0.2 / sigma radians a pixel on (a straight edge turns by 0, a blurred corner by about 0.5 / sigma).
 */
export function cornersAtScale(shape: Plane, sigma: number): CornersAtScale {
  const plane = blurred(shape, sigma)
  const line = resampled(outline(plane, 0.5), samples)
  const [a, b] = [line[0] ?? [0, 0], line[1] ?? [1, 0]]
  const reach = Math.max(6, Math.round((0.5 * sigma) / Math.hypot(a[0] - b[0], a[1] - b[1])))
  const turns = curvature(line, reach).map(Math.abs)
  const at = (i: number) => turns[(i + turns.length) % turns.length] as number
  const isCorner = (v: number, i: number) => {
    if (!(v * sigma > 0.2)) return false
    for (let k = 1; k <= reach; k++) if (at(i + k) > v || at(i - k) >= v) return false
    return true
  }
  return { sigma, blurred: plane, line, corners: line.filter((_, i) => isCorner(at(i), i)) }
}

/** The snowflake of order 3 on `size` x `size` pixels at the scales that leave it 192, 48 and 12 corners. */
export function snowflakeAtScales(size = 640): readonly CornersAtScale[] {
  const shape = snowflake(size)
  return demonstrated.map((share) => cornersAtScale(shape, share * smallestEdge(size)))
}

/** Length in pixels of an edge of the snowflake of order 3. */
export const smallestEdge = (size: number) => (0.47 * size * Math.sqrt(3)) / 27

const demonstrated = [0.2, 0.85, 2.4]
