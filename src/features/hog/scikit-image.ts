/**
 * Dalal and Triggs' blocks as scikit-image's `hog` computes them: every pixel votes for one direction and one cell.
 *   cell histogram = mean of |g| over the pixels whose direction lies in the bin
 *   L2-Hys: v / sqrt(|v|^2 + 1e-10), clipped at 0.2, and the same again
 */

import type { Gradient } from './gradient.ts'
import type { BlockNorm, Hog, HogOptions } from './hog.ts'

type Blocks = Pick<Hog, 'columns' | 'rows' | 'depth' | 'vector'>

export function scikitBlocks(gradient: Gradient, { cell, bins, block, norm, clip }: HogOptions): Blocks {
  const wide = Math.floor(gradient.width / cell)
  const high = Math.floor(gradient.height / cell)
  const weights = histograms(gradient, wide, high, cell, bins)
  const columns = Math.max(0, wide - block + 1)
  const rows = Math.max(0, high - block + 1)
  const depth = block * block * bins
  const vector = new Float64Array(columns * rows * depth)
  let at = 0
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at += depth) {
      const one = vector.subarray(at, at + depth)
      for (let cy = 0; cy < block; cy++) {
        const from = ((row + cy) * wide + column) * bins
        one.set(weights.subarray(from, from + block * bins), cy * block * bins)
      }
      normalize(one, norm, clip)
    }
  return { columns, rows, depth, vector }
}

function histograms({ width, dx, dy }: Gradient, wide: number, high: number, cell: number, bins: number): Float64Array {
  const weights = new Float64Array(wide * high * bins)
  const area = cell * cell
  for (let y = 0; y < high * cell; y++)
    for (let x = 0; x < wide * cell; x++) {
      const gx = dx[y * width + x] as number
      const gy = dy[y * width + x] as number
      if (gx === 0 && gy === 0) continue
      const turn = Math.atan2(gy, gx) * (180 / Math.PI)
      const angle = turn < 0 ? turn + 180 : turn
      const bin = angle >= 180 ? 0 : Math.floor(angle / (180 / bins))
      const at = (Math.floor(y / cell) * wide + Math.floor(x / cell)) * bins + bin
      weights[at] = (weights[at] as number) + Math.hypot(gx, gy) / area
    }
  return weights
}

const epsilon = 1e-5

function normalize(v: Float64Array, norm: BlockNorm, clip: number): void {
  const scale = (by: number) => {
    for (let i = 0; i < v.length; i++) v[i] = (v[i] as number) / by
  }
  const length = () => Math.sqrt(v.reduce((sum, value) => sum + value * value, epsilon * epsilon))
  if (norm === 'L1' || norm === 'L1-sqrt') {
    scale(v.reduce((sum, value) => sum + Math.abs(value), epsilon))
    if (norm === 'L1-sqrt') for (let i = 0; i < v.length; i++) v[i] = Math.sqrt(v[i] as number)
    return
  }
  scale(length())
  if (norm === 'L2') return
  for (let i = 0; i < v.length; i++) v[i] = Math.min(v[i] as number, clip)
  scale(length())
}
