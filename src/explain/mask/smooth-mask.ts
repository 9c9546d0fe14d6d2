/**
 * The mask of extremal perturbations: coarse cells over the picture, pooled smoothly at points of it and of a margin around it. The cells end
 * with the picture: beyond it a mask costs the score nothing, so the whole area would flee there.
 */

import { FoveaError } from '../../error/index.ts'
import type { Study } from '../study.ts'
import { after, cornerToCorner, type Separable, window } from './band.ts'
import { blocks, discs, type Pool, smoothPool, spaced } from './pool.ts'
import type { Stage } from './stage.ts'

export interface SmoothMask {
  /** Cells to points. The area is counted on all points, with those of the margin. */
  readonly pool: Pool
  /** Points to the positions of the stage: without the margin, enlarged at the image. */
  readonly picture: Separable
}

const temperature = 20

/** The points lie a tenth of sigma apart, at least a pixel; at a layer one on each position. */
const perSigma = 10

/** @param step, sigma in pixels, at an input of 224; the margin is one sigma */
export function smoothMask({ vision, layer }: Study, stage: Stage, step: number, sigma: number): SmoothMask {
  const { height, width } = vision.format
  const scale = Math.min(height, width) / 224
  const reach = sigma * scale
  const axis = (pixels: number, positions: number) => {
    const count = layer ? positions : Math.ceil((pixels - 1) / Math.max(1, reach / perSigma)) + 1
    const apart = layer ? pixels / positions : pixels > 1 ? (pixels - 1) / (count - 1) : 1
    const first = layer ? (apart - 1) / 2 : 0
    const margin = Math.ceil(reach / apart)
    const cut = window(count + 2 * margin, margin, count)
    return {
      points: Float64Array.from({ length: count + 2 * margin }, (_, i) => first + (i - margin) * apart),
      cells: spaced(0, pixels - 1, step * scale),
      cut: layer ? cut : after(cornerToCorner(count, positions), cut),
    }
  }
  const [down, across] = [axis(height, stage.height), axis(width, stage.width)]
  const grid = { ys: down.cells, xs: across.cells }
  const points = { ys: down.points, xs: across.points }
  return {
    pool: smoothPool(discs(grid, points, reach), temperature),
    picture: { down: down.cut, across: across.cut },
  }
}

/** TorchRay's, at the image: a point on each pixel. @throws FoveaError FOVEA_USAGE */
export function cornerMask({ vision }: Study, step: number, sigma: number): SmoothMask {
  const { height, width } = vision.format
  const scale = Math.min(height, width) / 224
  const [pixels, margin] = [Math.max(1, Math.round(step * scale)), Math.max(1, Math.round(sigma * scale))]
  const made = blocks(height, width, pixels, margin)
  if (made.rows < margin + height || made.columns < margin + width)
    throw new FoveaError(
      'FOVEA_USAGE',
      `Cells ${pixels} pixels apart that reach ${margin} do not cover the picture: take a 'sigma' that is a multiple of 'step'.`,
    )
  return {
    pool: smoothPool(made, temperature),
    picture: { down: window(made.rows, margin, height), across: window(made.columns, margin, width) },
  }
}
