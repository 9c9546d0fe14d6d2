/** The direction of a gradient, fast: an odd polynomial in place of atan2, since it is asked 15 million times an image. */

import type { Plane } from '../../tensor/index.ts'
import type { Mode } from './keypoint.ts'

export type Arctangent = readonly [number, number, number, number, number, number]

/**
 * atan(c) in degrees for c in [0, 1] is c (p0 + p1 c^2 + … + p5 c^10). `aligned`: a minimax fit, error 1e-4 degrees.
 * `opencv`: the coefficients of its fastAtan2, error 0.01 degrees.
 */
export const arctangent: Readonly<Record<Mode, Arctangent>> = {
  aligned: [57.294474258504, -19.05788411803, 11.089046177058, -6.670744738216, 3.016469672126, -0.671456496205],
  opencv: [57.2836266, -18.6674461, 8.91400051, -2.53972459, 0, 0],
}

/** Room for a line of samples, kept between calls: each keypoint would need fresh memory otherwise. */
export interface Line {
  readonly lengths: Float64Array
  readonly directions: Float64Array
}

const lineOf = (room: number): Line => ({ lengths: new Float64Array(room), directions: new Float64Array(room) })
let kept = lineOf(256)

/** A line with room for `count` samples, valid until the next call. */
export function line(count: number): Line {
  if (count > kept.lengths.length) kept = lineOf(2 * count)
  return kept
}

/**
 * Length and direction of the gradient (central differences, not halved) at the `count` samples from index `at` on, all of
 * them inside the plane's outermost rows and columns. Directions in degrees, 0 … 360, from +x towards +y.
 */
export function gradients(
  { width, data }: Plane,
  at: number,
  count: number,
  [p0, p1, p2, p3, p4, p5]: Arctangent,
  { lengths, directions }: Line,
): void {
  for (let i = 0; i < count; i++) {
    const dx = (data[at + i + 1] as number) - (data[at + i - 1] as number)
    const dy = (data[at + i + width] as number) - (data[at + i - width] as number)
    const ax = Math.abs(dx)
    const ay = Math.abs(dy)
    const c = Math.min(ax, ay) / (Math.max(ax, ay) + 2.220446049250313e-16)
    const s = c * c
    let a = (((((p5 * s + p4) * s + p3) * s + p2) * s + p1) * s + p0) * c
    if (ay > ax) a = 90 - a
    if (dx < 0) a = 180 - a
    if (dy < 0) a = 360 - a
    lengths[i] = Math.sqrt(dx * dx + dy * dy)
    directions[i] = a
  }
}
