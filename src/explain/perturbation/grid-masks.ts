/** RISE's masks: a coarse grid of cells in sight or not, enlarged to the image and shifted by less than a cell. */

import { FoveaError } from '../../error/index.ts'
import { random } from '../../tensor/index.ts'
import type { OptionSchema } from '../options.ts'
import { enlarger } from './enlarge.ts'

export const maskOptions = {
  cells: { default: 7, min: 1, max: 256, whole: true, describe: 'cells along each side of the image' },
  keep: { default: 0.5, min: 0.001, max: 1, describe: 'p: the probability that a cell stays in sight' },
  edges: {
    default: 'soft',
    choices: ['soft', 'hard'],
    describe: 'cells fade into each other (bilinear), or end sharply',
  },
  shift: { default: true, describe: 'shift each mask by a random part of a cell' },
  enumerate: { default: false, describe: 'all 2^(cells x cells) masks once, weighed by their probability (few cells)' },
} as const satisfies OptionSchema

export interface MaskOptions {
  readonly cells: number
  readonly keep: number
  readonly edges: string
  readonly shift: boolean
  readonly enumerate: boolean
}

export interface GridMasks {
  /** 2^(cells^2): how many there are without a shift. */
  readonly all: number
  /** Mask i of a seed: `mask[y * width + x]` from 0 (hidden) to 1. @param out memory to draw into */
  drawn(seed: number, i: number, out?: Float32Array): Float32Array
  /** The mask whose cells are the bits of `i`, unshifted. */
  numbered(i: number, out?: Float32Array): Float32Array
  probability(i: number): number
}

/** @throws FoveaError FOVEA_USAGE for an enumeration of more than 2^16 masks */
export function gridMasks(
  { height, width }: { readonly height: number; readonly width: number },
  { cells, keep, edges, shift, enumerate }: MaskOptions,
): GridMasks {
  const bits = cells * cells
  if (enumerate && bits > 16)
    throw new FoveaError(
      'FOVEA_USAGE',
      `All masks of ${cells}x${cells} cells are 2^${bits}: enumerate up to 4x4 cells.`,
    )
  const moved = shift && !enumerate
  // A shift needs one more cell than the image has.
  const side = moved ? cells + 1 : cells
  const { steps, enlarged } = enlarger({ height, width }, cells, edges === 'soft', side)
  return {
    all: 2 ** bits,
    drawn(seed, i, out) {
      // Stream 0 of a seed is the baselines'.
      const draws = random(seed, i + 1)
      const grid = Float32Array.from({ length: side * side }, (_, k) => (draws.uniform(k + 2) < keep ? 1 : 0))
      const offset = (k: 0 | 1) => (moved ? Math.floor(draws.uniform(k) * steps[k]) : 0)
      return enlarged(grid, out, offset(0), offset(1))
    },
    numbered: (i, out) =>
      enlarged(
        Float32Array.from({ length: bits }, (_, k) => (i >> k) & 1),
        out,
      ),
    probability(i) {
      let inSight = 0
      for (let k = 0; k < bits; k++) inSight += (i >> k) & 1
      return keep ** inSight * (1 - keep) ** (bits - inSight)
    },
  }
}
