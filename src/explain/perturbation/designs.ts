/** Masks of grid cells with any share in sight, enlarged to the image: what Sobol's and HSIC's estimators ask about. */

import type { Plane } from '../../tensor/index.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Inquiry } from '../study.ts'
import { enlarger } from './enlarge.ts'

export const cellOptions = {
  cells: { default: 8, min: 1, max: 64, whole: true, describe: 'cells along each side of the image' },
  edges: {
    default: 'soft',
    choices: ['soft', 'hard'],
    describe: 'cells fade into each other (bilinear), or end sharply',
  },
} as const satisfies OptionSchema

export interface CellGrid {
  readonly cells: number
  /** The shares of cells, row by row, as a mask of the image. */
  enlarged(shares: Float32Array): Float32Array
  map(values: ArrayLike<number>): Plane
}

export function cellGrid({ vision: { format } }: Inquiry, options: Options): CellGrid {
  const side = options.cells as number
  const { enlarged } = enlarger(format, side, options.edges === 'soft')
  return {
    cells: side * side,
    enlarged: (shares) => enlarged(shares),
    map: (values) => ({ width: side, height: side, data: Float32Array.from(values) }),
  }
}
