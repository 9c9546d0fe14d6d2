/**
 * hough-kernel.c said again in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the kernel is tested
 * against. Products and sums are rounded to float32, so that both count the same votes.
 */

import { magic } from '../round-even.ts'

const f = Math.fround

/** Edge pixels by row: those of row y have the columns `columns[rows[y]]` to `columns[rows[y + 1] - 1]`. */
export interface EdgePixels {
  readonly columns: Float32Array
  readonly rows: Int32Array
}

/** Lines by angle and distance. */
export interface LineCells {
  readonly distances: number
  /** the index of rho = 0 */
  readonly zero: number
  /** per angle, divided by the cell's size: what a pixel's x and y are multiplied with */
  readonly cosines: Float32Array
  readonly sines: Float32Array
}

/**
 * Votes of every pixel for the cells zero + round(x cosine + y sine), half to even: `votes[angle * (distances + 2) + 1 +
 * distance]`. A row has one cell more at either end, where the corners of a picture fall when cells are large.
 *
 * Two angles at a time, half a table apart, so that their rows of votes stay in the first cache and one does not wait for
 * the other's increments. With an odd number of angles the last partner is a row beyond the table.
 */
export function voteForLines({ columns, rows }: EdgePixels, cells: LineCells): Int32Array {
  const { cosines, sines } = cells
  const stride = cells.distances + 2
  const half = Math.ceil(cosines.length / 2)
  const votes = new Int32Array(2 * half * stride)
  for (let n = 0; n < half; n++) {
    const m = n + half
    const [cosine, sine] = [cosines[n] as number, sines[n] as number]
    const [otherCosine, otherSine] = [cosines[m] ?? 0, sines[m] ?? 0]
    const first = n * stride + cells.zero + 1 - magic
    const second = m * stride + cells.zero + 1 - magic
    for (let y = 0; y < rows.length - 1; y++) {
      const down = f(y * sine)
      const otherDown = f(y * otherSine)
      const end = rows[y + 1] as number
      for (let k = rows[y] as number; k < end; k++) {
        const x = columns[k] as number
        const a = (f(f(x * cosine) + down) + magic + first) | 0
        const b = (f(f(x * otherCosine) + otherDown) + magic + second) | 0
        votes[a] = ((votes[a] as number) + 1) | 0
        votes[b] = ((votes[b] as number) + 1) | 0
      }
    }
  }
  return votes.subarray(0, cosines.length * stride)
}
