/**
 * The Hough transform for straight lines: every edge pixel votes for all lines through it, peaks of the votes are lines.
 *   rho = x cos theta + y sin theta, a cell per (theta, rho)
 *   a peak has more votes than `threshold`, more than its left and upper and no fewer than its right and lower neighbour
 * References: P. Hough, US patent 3069654, 1962; R. Duda, P. Hart, "Use of the Hough transformation to detect lines and
 * curves in pictures", CACM 15(1), 1972. Lists are OpenCV's `HoughLines` (4.6, srn = stn = 0): products and sums in
 * float32, rounding half to even.
 */

import { FoveaError } from '../../error/index.ts'
import { checkEdges, type EdgeMap } from './edge-map.ts'

export interface LineOptions {
  /** size of a cell in pixels */
  readonly rho: number
  /** size of a cell in radians */
  readonly theta: number
  /** a line needs more votes than this */
  readonly threshold: number
  /** angles of the normal, in radians: round((to - from) / theta) of them, `to` itself is not one */
  readonly from: number
  readonly to: number
  /** at most this many lines, the strongest */
  readonly most: number
}

export const lineDefaults: LineOptions = {
  rho: 1,
  theta: Math.PI / 180,
  threshold: 100,
  from: 0,
  to: Math.PI,
  most: Number.POSITIVE_INFINITY,
}

export interface Line {
  /** distance from the centre of the top left pixel, in pixels; may be negative */
  readonly rho: number
  /** angle of the normal, in radians, 0 for an upright line */
  readonly theta: number
  readonly votes: number
}

/** Votes of a cell: `votes[angle * distances + distance]`. */
export interface Accumulator {
  readonly angles: number
  readonly distances: number
  readonly votes: Int32Array
  /** per angle, divided by the cell's size: what a pixel's x and y are multiplied with */
  readonly cosines: Float32Array
  readonly sines: Float32Array
  /** the index of rho = 0 */
  readonly zero: number
}

export interface Lines {
  readonly lines: readonly Line[]
  readonly accumulator: Accumulator
  /** what the search cost: one vote per edge pixel and angle */
  readonly counts: {
    readonly edges: number
    readonly votes: number
    readonly cells: number
    readonly peaks: number
  }
}

const maxCells = 2 ** 27

/** @throws FoveaError FOVEA_USAGE (options), FOVEA_SHAPE, FOVEA_IMAGE_TOO_LARGE */
export function houghLines(edges: EdgeMap, options: Partial<LineOptions> = {}): Lines {
  const all = { ...lineDefaults, ...options }
  const edgePixels = checkEdges(edges, 'houghLines')
  const accumulator = emptyAccumulator(edges, all)
  const votes = vote(edges, edgePixels, accumulator)
  const peaks = peaksOf(accumulator, all.threshold)
  const { angles, distances } = accumulator
  const rho = Math.fround(all.rho)
  const theta = Math.fround(all.theta)
  const from = Math.fround(all.from)
  const lines = Array.from(peaks.subarray(0, Math.min(peaks.length, all.most)), (cell) => {
    const angle = Math.floor(cell / distances)
    const middle = Math.fround(cell - angle * distances - Math.fround((distances - 1) * 0.5))
    return {
      rho: Math.fround(middle * rho),
      theta: Math.fround(from + Math.fround(angle * theta)),
      votes: accumulator.votes[cell] as number,
    }
  })
  return { lines, accumulator, counts: { edges: edgePixels, votes, cells: angles * distances, peaks: peaks.length } }
}

/** @throws FoveaError FOVEA_USAGE, FOVEA_IMAGE_TOO_LARGE */
export function emptyAccumulator(
  { width, height }: EdgeMap,
  { rho, theta, from, to }: Pick<LineOptions, 'rho' | 'theta' | 'from' | 'to'>,
): Accumulator {
  if (!(rho > 0 && theta > 0 && from <= to && Number.isFinite(from) && Number.isFinite(to)))
    throw new FoveaError(
      'FOVEA_USAGE',
      `Hough cells need rho > 0, theta > 0 and from <= to, not ${rho}, ${theta}, ${from}..${to}.`,
    )
  const angles = Math.max(1, roundEven((to - from) / theta))
  const step = Math.fround(rho)
  const distances = roundEven((2 * (width + height) + 1) / step)
  if (angles * distances > maxCells)
    throw new FoveaError(
      'FOVEA_IMAGE_TOO_LARGE',
      `An accumulator of ${angles} angles x ${distances} distances is too large; take larger cells or a smaller picture.`,
    )
  const cosines = new Float32Array(angles)
  const sines = new Float32Array(angles)
  const inverse = Math.fround(1 / step)
  let angle = Math.fround(from)
  for (let n = 0; n < angles; n++) {
    cosines[n] = Math.cos(angle) * inverse
    sines[n] = Math.sin(angle) * inverse
    angle = Math.fround(angle + Math.fround(theta))
  }
  const zero = Math.floor((distances - 1) / 2)
  return { angles, distances, votes: new Int32Array(angles * distances), cosines, sines, zero }
}

/** 1.5 * 2^52: a double of this size has no fraction bits, so that adding it rounds half to even. */
export const magic = 6755399441055744

export const roundEven = (value: number) => value + magic - magic

/**
 * Two angles at a time, half a table apart, so that their rows of votes stay in the first cache and one does not wait
 * for the other's increments. With an odd number of angles the last partner is a row beyond the table.
 */
function vote(edges: EdgeMap, edgePixels: number, accumulator: Accumulator): number {
  const { angles, distances, votes, cosines, sines, zero } = accumulator
  const { columns, rows } = byRow(edges, edgePixels)
  const half = Math.ceil(angles / 2)
  const all = half * 2 === angles ? votes : new Int32Array(2 * half * distances)
  const first = new Float64Array(edges.width)
  const second = new Float64Array(edges.width)
  for (let n = 0; n < half; n++) {
    const m = n + half
    for (let x = 0; x < edges.width; x++) {
      first[x] = Math.fround(x * (cosines[n] as number))
      second[x] = Math.fround(x * (cosines[m] ?? 0))
    }
    const offset = magic - (n * distances + zero)
    const partner = magic - (m * distances + zero)
    for (let y = 0; y < edges.height; y++) {
      const down = Math.fround(y * (sines[n] as number))
      const other = Math.fround(y * (sines[m] ?? 0))
      const end = rows[y + 1] as number
      for (let k = rows[y] as number; k < end; k++) {
        const x = columns[k] as number
        const a = (Math.fround((first[x] as number) + down) + magic - offset) | 0
        const b = (Math.fround((second[x] as number) + other) + magic - partner) | 0
        all[a] = ((all[a] as number) + 1) | 0
        all[b] = ((all[b] as number) + 1) | 0
      }
    }
  }
  if (all !== votes) votes.set(all.subarray(0, votes.length))
  return edgePixels * angles
}

/** The columns of the edge pixels; those of row y are `columns[rows[y]]` to `columns[rows[y + 1] - 1]`. */
function byRow({ width, height, data }: EdgeMap, edgePixels: number): { columns: Int32Array; rows: Int32Array } {
  const columns = new Int32Array(edgePixels)
  const rows = new Int32Array(height + 1)
  let count = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (data[y * width + x]) columns[count++] = x
    rows[y + 1] = count
  }
  return { columns, rows }
}

/** Cells in falling order of votes, the lower index first among equals. */
function peaksOf({ angles, distances, votes }: Accumulator, threshold: number): Int32Array {
  const found: number[] = []
  for (let n = 0, i = 0; n < angles; n++)
    for (let r = 0; r < distances; r++, i++) {
      const here = votes[i] as number
      if (here <= threshold) continue
      const left = r > 0 ? (votes[i - 1] as number) : 0
      const right = r < distances - 1 ? (votes[i + 1] as number) : 0
      const above = n > 0 ? (votes[i - distances] as number) : 0
      const below = n < angles - 1 ? (votes[i + distances] as number) : 0
      if (here > left && here >= right && here > above && here >= below) found.push(i)
    }
  return Int32Array.from(found).sort((a, b) => (votes[b] as number) - (votes[a] as number) || a - b)
}
