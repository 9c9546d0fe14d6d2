/** Enlarging a small grid of cells to the image; faster than resizing a picture, for it is done for each of thousands of masks. */

import { linesBetween } from './wasm/between.ts'

interface Axis {
  /** Samples from one cell to the next. */
  readonly step: number
  readonly length: number
  /** For each sample of the enlarged grid, the cell before it, and its share of the way to the next. */
  readonly first: Int32Array
  readonly share: Float32Array
}

/**
 * @param step samples a cell
 * @param length samples that are wanted
 * @param soft linear between the cells' centres (half-pixel), instead of sharp
 */
function axisOf(cells: number, step: number, length: number, soft: boolean): Axis {
  const first = new Int32Array(cells * step)
  const share = new Float32Array(cells * step)
  for (let i = 0; i < first.length; i++) {
    const place = soft ? Math.min(Math.max((i + 0.5) / step - 0.5, 0), cells - 1) : Math.floor(i / step)
    first[i] = Math.min(Math.floor(place), Math.max(0, cells - 2))
    share[i] = place - (first[i] as number)
  }
  return { step, length, first, share }
}

/**
 * Cells [side, side] -> the image [height, width] that begins `top` and `left` samples into the enlarged grid.
 * @param out memory to draw into
 */
export type Enlarge = (grid: Float32Array, out?: Float32Array, top?: number, left?: number) => Float32Array

/**
 * @param cells that the image has along each side
 * @param soft linear between the cells' centres, instead of sharp
 * @param side of the grid, if it has more cells than the image: for offsets
 * @returns steps: samples from one cell to the next, down and across
 */
export function enlarger(
  { height, width }: { readonly height: number; readonly width: number },
  cells: number,
  soft: boolean,
  side = cells,
): { readonly steps: readonly [number, number]; readonly enlarged: Enlarge } {
  const axis = (length: number) => axisOf(side, Math.ceil(length / cells), length, soft)
  const [down, across] = [axis(height), axis(width)]
  const between = linesBetween(side, width, height)
  const lines = new Float32Array(side * width)
  const next = Number(side > 1)
  const enlarged: Enlarge = (grid, out = new Float32Array(height * width), top = 0, left = 0) => {
    for (let y = 0, at = 0; y < side; y++)
      for (let x = 0; x < width; x++, at++) {
        const cell = y * side + (across.first[x + left] as number)
        const low = grid[cell] as number
        lines[at] = low + (across.share[x + left] as number) * ((grid[cell + next] as number) - low)
      }
    between(lines, down.first.subarray(top, top + height), down.share.subarray(top, top + height), out)
    return out
  }
  return { steps: [down.step, across.step], enlarged }
}
