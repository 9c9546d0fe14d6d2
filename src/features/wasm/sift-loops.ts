/** sift-kernel.c behind typed arrays, for planes that lie in its memory; sift-twin.ts for others. */

import type { Plane } from '../../tensor/index.ts'
import * as twin from './sift-twin.ts'

export interface SiftLoops {
  readonly directions: typeof twin.directions
  readonly cells: typeof twin.cells
}

export interface SiftExports {
  // level, width, left, right, top, bottom, along, down, arctangent; bins, share, pairs
  directions(...args: number[]): void
  // the same up to arctangent; x, y, angle, cos, sin, grid, bins, pairs
  cells(...args: number[]): void
}

/** Numbers of a histogram that the kernel has room for: 4 x 4 x 8 needs 576. */
const mostNumbers = 1024

/** What the loops need beside the planes: the histogram, the polynomial, two lines of weights. `side`: of the largest plane. */
export const siftBytes = (side: number): number => 8 * (mostNumbers + 8 + 2 * (side + 4))

/** @param at where `siftBytes` are free */
export function siftLoops(kernel: SiftExports, buffer: ArrayBuffer, at: number, side: number): SiftLoops {
  const along = at + 8 * (mostNumbers + 8)
  const down = along + 8 * (side + 4)
  const [weights, weightsDown] = [new Float64Array(buffer, along, side), new Float64Array(buffer, down, side)]
  const polynomial = new Float64Array(buffer, at + 8 * mostNumbers, 6)
  const here = ({ data }: Plane, numbers: number) => data.buffer === buffer && numbers <= mostNumbers
  const window = ({ data, width }: Plane, { left, right, top, bottom, ...rest }: twin.Window) => {
    weights.set(rest.along)
    weightsDown.set(rest.down)
    polynomial.set(rest.arctangent)
    return [data.byteOffset, width, left, right, top, bottom, along, down, polynomial.byteOffset] as const
  }
  const found = (length: number) => new Float64Array(buffer, at, length).slice()
  return {
    directions(level, samples, bins, share) {
      const size = 2 * (bins + 1)
      if (!here(level, size)) return twin.directions(level, samples, bins, share)
      kernel.directions(...window(level, samples), bins, share ? 1 : 0, at)
      return found(size)
    },
    cells(level, samples, grid) {
      const size = 2 * (grid.grid + 2) ** 2 * grid.bins
      if (!here(level, size)) return twin.cells(level, samples, grid)
      const { x, y, angle, cos, sin } = grid
      kernel.cells(...window(level, samples), x, y, angle, cos, sin, grid.grid, grid.bins, at)
      return found(size)
    },
  }
}
