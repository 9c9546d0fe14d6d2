/** Enlarging a small grid of cells to the image; faster than resizing a picture, for it is done for each of thousands of masks. */

export interface Enlarger {
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
export function enlarger(cells: number, step: number, length: number, soft: boolean): Enlarger {
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
 * The cells [side, side] as an image [down.length, across.length] that begins `top` and `left` samples into the enlarged grid.
 * @param out memory to draw into
 */
export function enlarge(
  grid: Float32Array,
  side: number,
  [down, across]: readonly [Enlarger, Enlarger],
  [top, left] = [0, 0] as readonly [number, number],
  out: Float32Array = new Float32Array(down.length * across.length),
): Float32Array {
  const width = across.length
  const next = Number(side > 1)
  const lines = new Float32Array(side * width)
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < width; x++, at++) {
      const cell = y * side + (across.first[x + left] as number)
      const low = grid[cell] as number
      lines[at] = low + (across.share[x + left] as number) * ((grid[cell + next] as number) - low)
    }
  for (let y = 0, at = 0; y < down.length; y++) {
    const above = (down.first[y + top] as number) * width
    const below = above + next * width
    const weight = down.share[y + top] as number
    for (let x = 0; x < width; x++, at++) {
      const low = lines[above + x] as number
      out[at] = low + weight * ((lines[below + x] as number) - low)
    }
  }
  return out
}
