/**
 * Dalal and Triggs' blocks as OpenCV's HOGDescriptor computes them: votes shared between two directions and up to four
 * cells, under a Gaussian, each block normalised on its own.
 *   vote at pixel p of block b, cell c: |g| (1 - d_bin) (1 - d_x) (1 - d_y) exp(-|p - centre|^2 / (2 sigma^2))
 *   sigma = side / 4; the centre lies at side / 2, half a pixel beyond the middle of the pixels
 *   v <- v / (|v| + 0.1 length(v)), clipped at 0.2; v <- v / (|v| + 1e-3)
 * The spatial weight is a product of a function of x and one of y: rows first, then columns.
 */

import type { Gradient } from './gradient.ts'
import type { Hog, HogOptions } from './hog.ts'

type Blocks = Pick<Hog, 'columns' | 'rows' | 'depth' | 'vector'>

export function opencvBlocks(gradient: Gradient, { cell, bins, block, clip }: HogOptions): Blocks {
  const { width, height } = gradient
  const side = cell * block
  const columns = Math.max(0, Math.floor((width - side) / cell) + 1)
  const rows = Math.max(0, Math.floor((height - side) / cell) + 1)
  const depth = block * block * bins
  const grid = { columns, rows, cell, block, bins }
  const vector = new Float64Array(columns * rows * depth)
  if (vector.length === 0) return { columns, rows, depth, vector }
  const weights = spatial(cell, block)
  const votes = { slot: new Int32Array(width), first: new Float64Array(width), second: new Float64Array(width) }
  const line = columns * block * (bins + 2)
  const ring = Array.from({ length: side }, () => new Float64Array(line))
  const bands = Array.from({ length: block }, () => new Float64Array(line))
  for (let y = 0; y < (rows - 1) * cell + side; y++) {
    readVotes(votes, gradient, y, bins)
    acrossRow(ring[y % side] as Float64Array, votes, weights, grid)
    const row = (y + 1 - side) / cell
    if (row < 0 || !Number.isInteger(row)) continue
    bands.forEach((band, cy) => {
      downColumn(band, ring, row * cell, weights.subarray(cy * side, (cy + 1) * side))
    })
    for (let column = 0; column < columns; column++) {
      const at = (column * rows + row) * depth
      gather(vector, at, bands, column, grid)
      normalize(vector, at, depth, clip)
    }
  }
  return { columns, rows, depth, vector }
}

/** `weights[c * side + p]`: what cell c of a block gets from position p on one axis. */
function spatial(cell: number, block: number): Float64Array {
  const side = cell * block
  const weights = new Float64Array(block * side)
  const sigma = side / 4
  for (let p = 0; p < side; p++) {
    const gauss = Math.exp(-((p - side / 2) ** 2) / (2 * sigma * sigma))
    for (let c = 0; c < block; c++) {
      const away = Math.abs((p + 0.5) / cell - 0.5 - c)
      weights[c * side + p] = gauss * Math.max(0, 1 - away)
    }
  }
  return weights
}

/**
 * The votes of one row of pixels: slot `slot[x]` gets `first[x]`, the next one `second[x]`. Slot k is bin k - 1; slots 0
 * and bins + 1 are the last and the first bin once more.
 */
interface Votes {
  readonly slot: Int32Array
  readonly first: Float64Array
  readonly second: Float64Array
}

/**
 * Direction in [0, 180] without a branch, for the octant of a gradient cannot be guessed:
 *   direction = 90 + 2 atan(u),  u = -x sign(y) / (|g| + |y|), between -1 and 1
 * atan by its polynomial of degree 11 (off by 2e-6). OpenCV's own polynomial is off by 0.01 degrees.
 */
function readVotes({ slot, first, second }: Votes, { width, dx, dy }: Gradient, y: number, bins: number): void {
  const scale = (2 * bins) / Math.PI
  const middle = bins / 2 + 0.5
  for (let x = 0, i = y * width; x < width; x++, i++) {
    const gx = dx[i] as number
    const gy = dy[i] as number
    const length = Math.sqrt(gx * gx + gy * gy)
    const turned = gy + 1e-9
    const ay = Math.abs(turned)
    const u = -(gx * turned) / (ay * (length + ay))
    const q = u * u
    const odd = ((((-0.0117212 * q + 0.05265332) * q - 0.11643287) * q + 0.19354346) * q - 0.33262347) * q + 0.99997726
    const place = middle + scale * odd * u
    const lower = place | 0
    const upper = length * (place - lower)
    slot[x] = lower
    first[x] = length - upper
    second[x] = upper
  }
}

interface Grid {
  readonly columns: number
  readonly cell: number
  readonly block: number
  readonly bins: number
}

/**
 * Sums of one row: `line[(column * block + c) * (bins + 2) + slot]`. Where two neighbouring cells share pixels they are
 * filled together: one need not wait for the other.
 */
function acrossRow(line: Float64Array, votes: Votes, weights: Float64Array, grid: Grid): void {
  const { cell, block, bins } = grid
  const side = cell * block
  const slots = bins + 2
  line.fill(0)
  for (let c = 0; c < block; c += 2) {
    const even = weights.subarray(c * side, (c + 1) * side)
    const odd = weights.subarray((c + 1) * side, (c + 2) * side)
    const [start, stop] = support(even)
    const [oddStart, oddStop] = odd.length > 0 ? support(odd) : [stop, stop]
    single(line, c * slots, votes, even, start, oddStart, grid)
    paired(line, c * slots, votes, even, odd, oddStart, stop, grid)
    single(line, (c + 1) * slots, votes, odd, stop, oddStop, grid)
  }
}

/** The first position with a weight, and the one after the last. */
function support(weights: Float64Array): [number, number] {
  return [weights.findIndex((weight) => weight > 0), weights.findLastIndex((weight) => weight > 0) + 1]
}

function single(
  line: Float64Array,
  start: number,
  { slot, first, second }: Votes,
  weights: Float64Array,
  from: number,
  to: number,
  { columns, cell, block, bins }: Grid,
): void {
  for (let column = 0, base = start; column < columns; column++, base += block * (bins + 2))
    for (let p = from, x = column * cell + from; p < to; p++, x++) {
      const at = base + (slot[x] as number)
      const weight = weights[p] as number
      line[at] = (line[at] as number) + weight * (first[x] as number)
      line[at + 1] = (line[at + 1] as number) + weight * (second[x] as number)
    }
}

function paired(
  line: Float64Array,
  start: number,
  { slot, first, second }: Votes,
  even: Float64Array,
  odd: Float64Array,
  from: number,
  to: number,
  { columns, cell, block, bins }: Grid,
): void {
  const slots = bins + 2
  for (let column = 0, base = start; column < columns; column++, base += block * slots)
    for (let p = from, x = column * cell + from; p < to; p++, x++) {
      const a = base + (slot[x] as number)
      const b = a + slots
      const low = first[x] as number
      const high = second[x] as number
      const one = even[p] as number
      const two = odd[p] as number
      line[a] = (line[a] as number) + one * low
      line[b] = (line[b] as number) + two * low
      line[a + 1] = (line[a + 1] as number) + one * high
      line[b + 1] = (line[b + 1] as number) + two * high
    }
}

/** The weighted sum of the rows of one block row that give to one row of its cells, four rows at a time. */
function downColumn(band: Float64Array, ring: readonly Float64Array[], top: number, weights: Float64Array): void {
  band.fill(0)
  const [from, to] = support(weights)
  const row = (p: number) => ring[(top + p) % ring.length] as Float64Array
  for (let p = from; p < to; p += 4) {
    const [a, b, c, d] = [row(p), row(p + 1), row(p + 2), row(p + 3)]
    const wa = weights[p] as number
    const wb = p + 1 < to ? (weights[p + 1] as number) : 0
    const wc = p + 2 < to ? (weights[p + 2] as number) : 0
    const wd = p + 3 < to ? (weights[p + 3] as number) : 0
    for (let i = 0; i < band.length; i++) {
      const upper = wa * (a[i] as number) + wb * (b[i] as number)
      band[i] = (band[i] as number) + upper + wc * (c[i] as number) + wd * (d[i] as number)
    }
  }
}

/** One block's cells, column by column; the two outer slots go to the bins they stand for. */
function gather(
  vector: Float64Array,
  at: number,
  bands: readonly Float64Array[],
  column: number,
  { block, bins }: Grid,
): void {
  let to = at
  for (let cx = 0; cx < block; cx++)
    for (let cy = 0; cy < block; cy++, to += bins) {
      const band = bands[cy] as Float64Array
      const from = (column * block + cx) * (bins + 2)
      for (let k = 0; k < bins; k++) vector[to + k] = band[from + 1 + k] as number
      vector[to + bins - 1] = (vector[to + bins - 1] as number) + (band[from] as number)
      vector[to] = (vector[to] as number) + (band[from + bins + 1] as number)
    }
}

function normalize(vector: Float64Array, at: number, depth: number, clip: number): void {
  let square = 0
  for (let i = at; i < at + depth; i++) square += (vector[i] as number) * (vector[i] as number)
  const scale = 1 / (Math.sqrt(square) + 0.1 * depth)
  let clipped = 0
  for (let i = at; i < at + depth; i++) {
    const scaled = (vector[i] as number) * scale
    const value = scaled < clip ? scaled : clip
    vector[i] = value
    clipped += value * value
  }
  const again = 1 / (Math.sqrt(clipped) + 1e-3)
  for (let i = at; i < at + depth; i++) vector[i] = (vector[i] as number) * again
}
