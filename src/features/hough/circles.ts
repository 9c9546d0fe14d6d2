/**
 * Circles by the 2-1 Hough transform: every edge pixel votes along its gradient for centres, then each centre asks the
 * edge pixels for its radius. There is no accumulator with three dimensions; `radiusStack` makes one for the picture.
 *   centre votes: (x, y) +- r g / |g|, r = smallest .. largest, in 10-bit fixed point
 *   radius: the interval of one cell's width with the most pixels per radius
 * Reference: H. Yuen, J. Princen, J. Illingworth, J. Kittler, "Comparative study of Hough transform methods for circle
 * finding", Image and Vision Computing 8(1), 1990. Lists are OpenCV's `HoughCircles(HOUGH_GRADIENT)` (4.6).
 */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { edgesOf, sobel } from '../canny/index.ts'
import { checkPlane } from '../grey.ts'
import { magic, roundEven } from '../round-even.ts'

export interface CircleOptions {
  /** size of a cell of the accumulator in pixels, from 1 up */
  readonly dp: number
  /** least distance of two centres, in pixels */
  readonly distance: number
  /** Canny's upper threshold; the lower is half of it */
  readonly canny: number
  /** a centre needs more votes than this, and a circle more edge pixels */
  readonly votes: number
  readonly smallest: number
  /** 0: the longer side of the picture; below 0: centres only, with radius 0 */
  readonly largest: number
  readonly most: number
}

export const circleDefaults: CircleOptions = {
  dp: 1,
  distance: 20,
  canny: 100,
  votes: 100,
  smallest: 0,
  largest: 0,
  most: Number.POSITIVE_INFINITY,
}

/** Centre in pixels (0.5 is the middle of the first pixel, as OpenCV returns it) and the number of edge pixels on it. */
export interface Circle {
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly support: number
}

/** Votes for centres: cell (column, row) is `votes[row * columns + column]`. */
export interface Centres {
  readonly columns: number
  readonly rows: number
  readonly votes: Int32Array
}

export interface Circles {
  readonly circles: readonly Circle[]
  readonly edges: { readonly width: number; readonly height: number; readonly data: Uint8Array }
  readonly dx: Float32Array
  readonly dy: Float32Array
  readonly accumulator: Centres
  readonly counts: {
    readonly edges: number
    readonly votes: number
    readonly centres: number
    /** pairs of a centre and an edge pixel that were looked at for the radius */
    readonly distances: number
  }
}

/**
 * @param plane grey values 0..255, whole numbers for equality with OpenCV
 * @throws FoveaError FOVEA_USAGE (options), FOVEA_NOT_FINITE, FOVEA_IMAGE_TOO_LARGE
 */
export function houghCircles(plane: Plane, options: Partial<CircleOptions> = {}): Circles {
  const all = { ...circleDefaults, ...options }
  checkPlane(plane, 'houghCircles')
  if (!(all.dp >= 1 && all.distance > 0 && all.canny > 0 && all.votes > 0 && all.smallest >= 0))
    throw new FoveaError('FOVEA_USAGE', 'Circles need dp >= 1, distance, canny and votes above 0, and smallest >= 0.')
  const range = radii(plane, all)
  const { dx, dy } = sobel(plane)
  const high = roundEven(all.canny)
  const low = Math.max(1, Math.floor(high / 2))
  const { edges } = edgesOf(plane.width, plane.height, dx, dy, { low, high, norm: 'l1' })
  const pixels = Int32Array.from(indices(edges))
  const { accumulator, cast } = voteForCentres(plane, pixels, dx, dy, all.dp, range)
  const threshold = roundEven(all.votes)
  const centres = centresOf(accumulator, threshold)
  const { found, distances } =
    all.largest < 0
      ? { found: unmeasured(centres, accumulator, all.dp), distances: 0 }
      : measured(centres, accumulator, byRow(plane, pixels), all.dp, threshold, range)
  const circles = apart(found, Math.max(all.distance, all.dp)).slice(0, all.most)
  return {
    circles,
    edges: { width: plane.width, height: plane.height, data: edges },
    dx,
    dy,
    accumulator,
    counts: { edges: pixels.length, votes: cast, centres: centres.length, distances },
  }
}

interface Radii {
  readonly smallest: number
  readonly largest: number
}

function radii({ width, height }: Plane, options: CircleOptions): Radii {
  const { smallest, largest } = options
  if (largest <= 0) return { smallest, largest: Math.max(width, height) }
  return { smallest, largest: largest <= smallest ? smallest + 2 : largest }
}

function* indices(mask: Uint8Array) {
  for (let i = 0; i < mask.length; i++) if (mask[i]) yield i
}

const shift = 10

/** Both ways along the gradient, until the border. */
function voteForCentres(
  { width, height }: Plane,
  pixels: Int32Array,
  dx: Float32Array,
  dy: Float32Array,
  dp: number,
  { smallest, largest }: Radii,
): { accumulator: Centres; cast: number } {
  const inverse = Math.fround(1 / Math.fround(dp))
  const columns = Math.ceil(Math.fround(width * inverse))
  const rows = Math.ceil(Math.fround(height * inverse))
  const votes = new Int32Array(columns * rows)
  const one = 1 << shift
  let cast = 0
  for (const pixel of pixels) {
    const gx = dx[pixel] as number
    const gy = dy[pixel] as number
    if (gx === 0 && gy === 0) continue
    const length = Math.fround(Math.sqrt(Math.fround(gx * gx + gy * gy)))
    const stepX = roundEven(Math.fround(Math.fround(Math.fround(gx * inverse) * one) / length))
    const stepY = roundEven(Math.fround(Math.fround(Math.fround(gy * inverse) * one) / length))
    const x = pixel % width
    const startX = roundEven(Math.fround(Math.fround(x * inverse) * one))
    const startY = roundEven(Math.fround(Math.fround(((pixel - x) / width) * inverse) * one))
    for (let way = 1; way >= -1; way -= 2) {
      let atX = startX + way * smallest * stepX
      let atY = startY + way * smallest * stepY
      for (let r = smallest; r <= largest; r++, atX += way * stepX, atY += way * stepY) {
        const column = atX >> shift
        const row = atY >> shift
        if (column < 0 || row < 0 || column >= columns || row >= rows) break
        const cell = row * columns + column
        votes[cell] = (votes[cell] as number) + 1
        cast++
      }
    }
  }
  return { accumulator: { columns, rows, votes }, cast }
}

/** Peaks as for lines; cells by falling votes, the lower index first among equals. */
function centresOf({ columns, rows, votes }: Centres, threshold: number): Int32Array {
  const found: number[] = []
  for (let y = 1; y < rows; y++)
    for (let x = 1, i = y * columns + 1; x < columns; x++, i++) {
      const here = votes[i] as number
      if (here <= threshold) continue
      const right = x + 1 < columns ? (votes[i + 1] as number) : 0
      const below = y + 1 < rows ? (votes[i + columns] as number) : 0
      if (here > (votes[i - 1] as number) && here >= right && here > (votes[i - columns] as number) && here >= below)
        found.push(i)
    }
  return Int32Array.from(found).sort((a, b) => (votes[b] as number) - (votes[a] as number) || a - b)
}

function place(cell: number, { columns }: Centres, dp: number): { x: number; y: number } {
  const column = cell % columns
  const size = Math.fround(dp)
  return {
    x: Math.fround((column + 0.5) * size),
    y: Math.fround(((cell - column) / columns + 0.5) * size),
  }
}

function unmeasured(centres: Int32Array, accumulator: Centres, dp: number): Circle[] {
  return Array.from(centres, (cell) => ({
    ...place(cell, accumulator, dp),
    radius: 0,
    support: accumulator.votes[cell] as number,
  }))
}

const binsPerCell = 10

/** Columns of the edge pixels, row by row: those of row y are `xs[rows[y]]` to `xs[rows[y + 1] - 1]`. */
interface Pixels {
  readonly xs: Float32Array
  readonly rows: Int32Array
  readonly height: number
}

function byRow({ width, height }: Plane, pixels: Int32Array): Pixels {
  const rows = new Int32Array(height + 1)
  for (const pixel of pixels) {
    const row = Math.floor(pixel / width) + 1
    rows[row] = (rows[row] as number) + 1
  }
  for (let y = 0; y < height; y++) rows[y + 1] = (rows[y + 1] as number) + (rows[y] as number)
  return { xs: Float32Array.from(pixels, (pixel) => pixel % width), rows, height }
}

/** The circles with more than `threshold` pixels, best first. */
function measured(
  centres: Int32Array,
  accumulator: Centres,
  pixels: Pixels,
  dp: number,
  threshold: number,
  range: Radii,
): { found: Circle[]; distances: number } {
  const size = Math.fround(dp)
  const bins = new Int32Array(
    roundEven(Math.fround(Math.fround((range.largest - range.smallest) / size) * binsPerCell)),
  )
  const found: Circle[] = []
  let distances = 0
  for (const cell of centres) {
    const centre = place(cell, accumulator, dp)
    distances += fill(bins, pixels, centre.x, centre.y, size, range)
    const { radius, support } = bestRadius(bins, size, range.smallest)
    if (support > threshold) found.push({ ...centre, radius, support })
  }
  found.sort((a, b) => b.support - a.support || b.radius - a.radius || a.x - b.x || a.y - b.y)
  return { found, distances }
}

/** How many edge pixels lie at each distance, in tenths of a cell. @returns the number of pixels looked at */
function fill(
  bins: Int32Array,
  { xs, rows, height }: Pixels,
  x: number,
  y: number,
  size: number,
  { smallest, largest }: Radii,
): number {
  bins.fill(0)
  const last = bins.length - 1
  const nearest = smallest * smallest
  const farthest = largest * largest
  const from = Math.max(0, Math.floor(y - largest))
  const to = Math.min(height, Math.ceil(y + largest) + 1)
  for (let row = from; row < to; row++) {
    const down = (y - row) * (y - row)
    const end = rows[row + 1] as number
    for (let k = rows[row] as number; k < end; k++) {
      const across = x - (xs[k] as number)
      const square = Math.fround(across * across + down)
      if (square < nearest || square > farthest) continue
      const away = Math.fround((Math.fround(Math.sqrt(square)) - smallest) / size)
      const bin = (Math.fround(away * binsPerCell) + magic - magic) | 0
      const inside = bin > last ? last : bin
      bins[inside] = (bins[inside] as number) + 1
    }
  }
  return from < to ? (rows[to] as number) - (rows[from] as number) : 0
}

/** From the outside in: a window of ten bins that starts at a pixel; the best has the most pixels per radius. */
function bestRadius(bins: Int32Array, size: number, smallest: number): { radius: number; support: number } {
  let radius = 0
  let support = 0
  for (let j = bins.length - 1; j > 0; j--) {
    if (!bins[j]) continue
    const upper = j
    let pixels = 0
    for (; j > upper - binsPerCell && j >= 0; j--) pixels += bins[j] as number
    const middle = Math.fround(Math.fround(Math.fround(Math.fround((upper + j) / 2) / binsPerCell) * size) + smallest)
    if (pixels * radius >= support * middle || (radius < 1e-7 && pixels >= support)) {
      radius = middle
      support = pixels
    }
  }
  return { radius, support }
}

/** Of two circles whose centres lie nearer than `distance` the better one stays. */
function apart(circles: readonly Circle[], distance: number): Circle[] {
  const kept: Circle[] = []
  const least = Math.fround(distance) * Math.fround(distance)
  for (const circle of circles)
    if (kept.every(({ x, y }) => (x - circle.x) ** 2 + (y - circle.y) ** 2 >= least)) kept.push(circle)
  return kept
}
