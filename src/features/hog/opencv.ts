/**
 * Dalal and Triggs' blocks as OpenCV's HOGDescriptor computes them: votes shared between two directions and up to four
 * cells, under a Gaussian, each block normalised on its own.
 *   vote at pixel p of block b, cell c: |g| (1 - d_bin) (1 - d_x) (1 - d_y) exp(-|p - centre|^2 / (2 sigma^2))
 *   sigma = side / 4; the centre lies at side / 2, half a pixel beyond the middle of the pixels
 *   v <- v / (|v| + 0.1 length(v)), clipped at 0.2; v <- v / (|v| + 1e-3)
 * The spatial weight is a product of a function of x and one of y. Histograms are float32, as in OpenCV; its direction is a
 * polynomial that is off by 0.01 degrees, the one here by less than 0.001.
 */

import { type Engine, type HogLoops, lanesOf, openHogLoops, type Votes } from '../wasm/index.ts'
import type { Gradient } from './gradient.ts'
import type { Hog, HogOptions } from './hog.ts'

type Blocks = Pick<Hog, 'columns' | 'rows' | 'depth' | 'vector'>

export function opencvBlocks(gradient: Gradient, options: HogOptions, engine?: Engine): Blocks {
  const { width, height } = gradient
  const { cell, bins, block, clip } = options
  const side = cell * block
  const columns = Math.max(0, Math.floor((width - side) / cell) + 1)
  const rows = Math.max(0, Math.floor((height - side) / cell) + 1)
  const depth = block * block * bins
  const vector = new Float64Array(columns * rows * depth)
  if (vector.length === 0) return { columns, rows, depth, vector }
  const lanes = lanesOf(block)
  const band = Math.ceil((cell * width) / 4) * 4
  const bytes = 4 * (band * (2 + 3 * block) + 2 * side * lanes + columns * depth)
  const loops = openHogLoops({ arrays: 8, bytes, sums: (bins + 2) * lanes }, engine)
  const [across, down] = spatial(options, loops)
  const vote = voter(gradient, options, band, loops)
  const out = loops.floats(columns * depth)
  for (let y = 0; y < rows + block - 1; y++) {
    const votes = vote(y)
    const row = y - block + 1
    if (row < 0) continue
    loops.blocks(votes, { width, band, top: row % block, columns, cell, block, bins }, across, down, out)
    for (let column = 0; column < columns; column++)
      normalize(out, column * depth, vector, (column * rows + row) * depth, depth, clip)
  }
  return { columns, rows, depth, vector }
}

/** What cell c of a block gets from position p on each axis, at [p * lanes + c]. Cells lie column by column. */
function spatial({ cell, block }: HogOptions, loops: HogLoops): [across: Float32Array, down: Float32Array] {
  const side = cell * block
  const lanes = lanesOf(block)
  const sigma = side / 4
  const [across, down] = [loops.floats(side * lanes), loops.floats(side * lanes)]
  for (let p = 0; p < side; p++) {
    const gauss = Math.exp(-((p - side / 2) ** 2) / (2 * sigma * sigma))
    const weight = (c: number) => gauss * Math.max(0, 1 - Math.abs((p + 0.5) / cell - 0.5 - c))
    for (let c = 0; c < block * block; c++) {
      across[p * lanes + c] = weight(Math.floor(c / block))
      down[p * lanes + c] = weight(c % block)
    }
  }
  return [across, down]
}

/** Computes the votes of one row of cells after another, into a ring of as many as a block has. */
function voter({ width, dx, dy }: Gradient, { cell, bins, block }: HogOptions, band: number, loops: HogLoops) {
  const [x, y] = [loops.floats(band), loops.floats(band)]
  const all = { slot: loops.ints(band * block), first: loops.floats(band * block), second: loops.floats(band * block) }
  const ring = Array.from({ length: block }, (_, i): Votes => {
    const [from, to] = [i * band, (i + 1) * band]
    return {
      slot: all.slot.subarray(from, to),
      first: all.first.subarray(from, to),
      second: all.second.subarray(from, to),
    }
  })
  return (row: number): Votes => {
    const [from, to] = [row * cell * width, (row + 1) * cell * width]
    x.set(dx.subarray(from, to))
    y.set(dy.subarray(from, to))
    loops.votes(x, y, cell * width, bins, ring[row % block] as Votes)
    return all
  }
}

function normalize(from: Float32Array, at: number, to: Float64Array, start: number, depth: number, clip: number): void {
  let square = 0
  for (let i = 0; i < depth; i++) square += (from[at + i] as number) * (from[at + i] as number)
  const scale = 1 / (Math.sqrt(square) + 0.1 * depth)
  let clipped = 0
  for (let i = 0; i < depth; i++) {
    const scaled = (from[at + i] as number) * scale
    const value = scaled < clip ? scaled : clip
    to[start + i] = value
    clipped += value * value
  }
  const again = 1 / (Math.sqrt(clipped) + 1e-3)
  for (let i = start; i < start + depth; i++) to[i] = (to[i] as number) * again
}
