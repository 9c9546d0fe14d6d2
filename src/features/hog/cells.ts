/** How much of each direction a cell holds, in any convention: what a glyph shows. */

import type { Hog } from './hog.ts'
import { depth } from './uoctti.ts'

/** Directions of the gradient by cell: `weights[(row * columns + column) * bins + bin]`. */
export interface CellHistograms {
  readonly columns: number
  readonly rows: number
  readonly bins: number
  /** direction of the gradient of bin 0, in degrees, +y down; the next bins follow by 180 / bins */
  readonly first: number
  readonly weights: Float64Array
  /** the pixel where the first cell begins, on both axes */
  readonly origin: number
}

/**
 * 'opencv' and 'scikit-image': each cell's mean over the blocks that hold it, after normalisation. 'uoctti': the mean of
 * the directed and the undirected bins of one direction.
 */
export function cellHistograms(hog: Hog): CellHistograms {
  return hog.options.convention === 'uoctti' ? fromUoctti(hog) : fromBlocks(hog)
}

function fromBlocks({ vector, columns, rows, options: { block, bins, convention } }: Hog): CellHistograms {
  const wide = columns === 0 ? 0 : columns + block - 1
  const high = rows === 0 ? 0 : rows + block - 1
  const weights = new Float64Array(wide * high * bins)
  const byColumn = convention === 'opencv'
  let from = 0
  for (let outer = 0; outer < (byColumn ? columns : rows); outer++)
    for (let inner = 0; inner < (byColumn ? rows : columns); inner++)
      for (let c = 0; c < block; c++)
        for (let d = 0; d < block; d++, from += bins) {
          const [across, down] = byColumn ? [outer + c, inner + d] : [inner + d, outer + c]
          const share = 1 / (holders(across, wide, block) * holders(down, high, block))
          const to = (down * wide + across) * bins
          for (let k = 0; k < bins; k++)
            weights[to + k] = (weights[to + k] as number) + share * (vector[from + k] as number)
        }
  return { columns: wide, rows: high, bins, first: 90 / bins, weights, origin: 0 }
}

/** How many blocks hold a cell on one axis. */
function holders(at: number, cells: number, block: number): number {
  return Math.min(at, cells - block) - Math.max(0, at - block + 1) + 1
}

function fromUoctti({ vector, columns, rows, options: { cell } }: Hog): CellHistograms {
  const weights = new Float64Array(columns * rows * 9)
  for (let i = 0; i < columns * rows; i++)
    for (let o = 0; o < 9; o++) {
      const at = i * depth + o
      weights[i * 9 + o] = ((vector[at] as number) + (vector[at + 9] as number) + (vector[at + 18] as number)) / 3
    }
  return { columns, rows, bins: 9, first: 0, weights, origin: cell }
}
