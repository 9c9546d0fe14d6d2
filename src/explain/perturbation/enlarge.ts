/** Enlarging a small grid, one axis at a time; faster than resizing a picture, for it is done for each of thousands of masks. */

export interface Enlarger {
  /** Samples from one cell to the next. */
  readonly step: number
  /** [cells, lines] -> [length, lines] */
  columns(grid: Float32Array, lines: number, offset: number): Float32Array
  /** [lines, cells] -> [lines, length] */
  rows(grid: Float32Array, lines: number, offset: number): Float32Array
}

/**
 * @param step samples a cell
 * @param length samples that are wanted; they begin `offset` samples into the enlarged grid
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
  const enlarge = (grid: Float32Array, lines: number, offset: number, [near, far]: readonly [number, number]) => {
    const out = new Float32Array(lines * length)
    const next = cells > 1 ? near : 0
    const [nearOut, farOut] = near === 1 ? [1, length] : [lines, 1]
    for (let i = 0; i < length; i++) {
      const at = (first[i + offset] as number) * near
      const weight = share[i + offset] as number
      for (let l = 0; l < lines; l++) {
        const low = grid[at + l * far] as number
        out[i * nearOut + l * farOut] = low + weight * ((grid[at + next + l * far] as number) - low)
      }
    }
    return out
  }
  return {
    step,
    columns: (grid, lines, offset) => enlarge(grid, lines, offset, [lines, 1]),
    rows: (grid, lines, offset) => enlarge(grid, lines, offset, [1, cells]),
  }
}
