/**
 * The Hough transform for straight lines: every edge pixel votes for all lines through it, peaks of the votes are lines.
 *   rho = x cos theta + y sin theta, a cell per (theta, rho)
 *   a peak has more votes than `threshold`, more than its left and upper and no fewer than its right and lower neighbour
 * References: P. Hough, US patent 3069654, 1962; R. Duda, P. Hart, "Use of the Hough transformation to detect lines and
 * curves in pictures", CACM 15(1), 1972. Lists are OpenCV's `HoughLines` (4.6, srn = stn = 0): products and sums in
 * float32, rounding half to even.
 */

import { FoveaError } from '../../error/index.ts'
import { roundEven } from '../round-even.ts'
import { type EdgePixels, type Engine, type LineCells, voteForLines } from '../wasm/index.ts'
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

export interface LineTable extends LineCells {
  readonly angles: number
}

/** Votes of a cell: `votes[angle * distances + distance]`. */
export interface Accumulator extends LineTable {
  readonly votes: Int32Array
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
export function houghLines(edges: EdgeMap, options: Partial<LineOptions> = {}, engine?: Engine): Lines {
  const all = { ...lineDefaults, ...options }
  const edgePixels = checkEdges(edges, 'houghLines')
  const table = lineTable(edges, all)
  const accumulator = { ...table, votes: voteForLines(byRow(edges, edgePixels), table, engine) }
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
  const votes = edgePixels * angles
  return { lines, accumulator, counts: { edges: edgePixels, votes, cells: angles * distances, peaks: peaks.length } }
}

/**
 * An accumulator without its votes.
 * @throws FoveaError FOVEA_USAGE, FOVEA_IMAGE_TOO_LARGE
 */
export function lineTable(
  { width, height }: EdgeMap,
  { rho, theta, from, to }: Pick<LineOptions, 'rho' | 'theta' | 'from' | 'to'>,
): LineTable {
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
  return { angles, distances, cosines, sines, zero }
}

/** The columns of the edge pixels; those of row y are `columns[rows[y]]` to `columns[rows[y + 1] - 1]`. */
function byRow({ width, height, data }: EdgeMap, edgePixels: number): EdgePixels {
  const columns = new Float32Array(edgePixels)
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
