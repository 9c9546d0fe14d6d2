/**
 * From a DoG pixel to a sub-pixel extremum, with the reason of each rejection (Lowe 2004, section 4).
 *
 *   D(x) = D + dD.x + x.H x / 2,  extremum X = -H^-1 dD,  value D + dD.X / 2,  X in (column, row, layer)
 *
 * Moves to the neighbour where |X| is larger than `reach`, fits at most five times.
 */

import type { Plane } from '../../tensor/index.ts'
import { roundEven } from '../round-even.ts'
import type { Candidate, Outcome, Site } from './keypoint.ts'
import { polish } from './polish.ts'

export interface Limits {
  /** Least |contrast| times S, grey values from 0 to 1. */
  readonly contrast: number
  /** Largest ratio r of the principal curvatures: tr^2 / det < (r + 1)^2 / r. */
  readonly edge: number
  /**
   * How far from a sample its own fit is believed: 0.5 (Lowe, OpenCV) loses the 5 % of extrema for which both of two
   * neighbours say 'nearer to the other'; 0.6 keeps them.
   */
  readonly reach: number
  /** See polish.ts. */
  readonly polish: boolean
}

/** The DoG planes of one octave. */
export interface Stack {
  readonly planes: readonly Plane[]
  readonly step: number
  readonly layers: number
  readonly sigma: number
}

/** Candidates this near to a plane's edge are not looked at, in samples. */
export const border = 5
const steps = 5

export function refine(stack: Stack, site: Site, limits: Limits): Candidate {
  const { octave } = site
  const { planes, layers } = stack
  const { width, height } = planes[0] as Plane
  let { column, row, layer } = site
  const end = (
    outcome: Outcome,
    fits: number,
    offset: Candidate['offset'],
    contrast = Number.NaN,
    edge = Number.NaN,
  ) => {
    const settled = { octave, layer, column, row }
    const spot = place(stack, outcome === 'no convergence' || outcome === 'moved out' ? site : settled, offset)
    return {
      octave,
      layer: site.layer,
      column: site.column,
      row: site.row,
      outcome,
      spot,
      settled,
      offset,
      steps: fits,
      contrast,
      edge,
    }
  }
  for (let fits = 1; fits <= steps; fits++) {
    const fit = quadratic(planes, layer, row * width + column, width)
    const [dx, dy, ds] = fit.offset
    if (Math.max(Math.abs(dx), Math.abs(dy), Math.abs(ds)) < limits.reach) {
      const low = Math.abs(fit.contrast) * layers < limits.contrast
      const onEdge = !(fit.edge < (limits.edge + 1) ** 2 / limits.edge)
      const outcome = low ? 'low contrast' : onEdge ? 'edge' : 'kept'
      if (outcome !== 'kept' || !limits.polish) return end(outcome, fits, fit.offset, fit.contrast, fit.edge)
      const [x, y] = polish(planes[layer] as Plane, column + dx, row + dy)
      return end(outcome, fits, [x - column, y - row, ds], fit.contrast, fit.edge)
    }
    if (!(Math.abs(dx) + Math.abs(dy) + Math.abs(ds) < 1e9)) return end('no convergence', fits, [0, 0, 0])
    column += roundEven(dx)
    row += roundEven(dy)
    layer += roundEven(ds)
    const inside = column >= border && column < width - border && row >= border && row < height - border
    if (!inside || layer < 1 || layer > layers) return end('moved out', fits, [0, 0, 0])
  }
  return end('no convergence', steps, [0, 0, 0])
}

/** Image coordinates of a site and an offset from it. The opencv doubling reports i/2 for a sample that lies at i/2 - 1/4. */
function place(
  { step, layers, sigma: first }: Stack,
  site: Site,
  [dx, dy, ds]: Candidate['offset'],
): Candidate['spot'] {
  const sigma = first * 2 ** ((site.layer + ds) / layers) * step
  return { x: (site.column + dx) * step, y: (site.row + dy) * step, sigma }
}

/**
 * Gradient and Hessian from central differences of the 3x3x3 cube around sample `at`, solved by Cramer's rule. A singular
 * Hessian leaves the extremum where it is.
 */
function quadratic(planes: readonly Plane[], layer: number, at: number, width: number) {
  const below = (planes[layer - 1] as Plane).data
  const here = (planes[layer] as Plane).data
  const above = (planes[layer + 1] as Plane).data
  const d = here[at] as number
  const left = here[at - 1] as number
  const right = here[at + 1] as number
  const up = here[at - width] as number
  const down = here[at + width] as number
  const gx = (right - left) / 2
  const gy = (down - up) / 2
  const gs = ((above[at] as number) - (below[at] as number)) / 2
  const xx = right + left - 2 * d
  const yy = down + up - 2 * d
  const ss = (above[at] as number) + (below[at] as number) - 2 * d
  const xy = (slopeX(here, at + width) - slopeX(here, at - width)) / 2
  const xs = (slopeX(above, at) - slopeX(below, at)) / 2
  const ys = (slopeY(above, at, width) - slopeY(below, at, width)) / 2

  const cx = yy * ss - ys * ys
  const cy = ys * xs - xy * ss
  const cs = xy * ys - yy * xs
  const determinant = xx * cx + xy * cy + xs * cs
  const inverse = determinant === 0 ? 0 : -1 / determinant
  const dx = inverse * (cx * gx + cy * gy + cs * gs)
  const dy = inverse * (cy * gx + (xx * ss - xs * xs) * gy + (xs * xy - xx * ys) * gs)
  const ds = inverse * (cs * gx + (xs * xy - xx * ys) * gy + (xx * yy - xy * xy) * gs)
  const det = xx * yy - xy * xy
  return {
    offset: [dx, dy, ds] as const,
    contrast: (d + (gx * dx + gy * dy + gs * ds) / 2) / 255,
    edge: det > 0 ? (xx + yy) ** 2 / det : Number.POSITIVE_INFINITY,
  }
}

const slopeX = (plane: Float32Array, at: number) => ((plane[at + 1] as number) - (plane[at - 1] as number)) / 2
const slopeY = (plane: Float32Array, at: number, width: number) =>
  ((plane[at + width] as number) - (plane[at - width] as number)) / 2
