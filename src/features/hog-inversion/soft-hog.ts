/**
 * A UoCTTI HOG that can be differentiated: a gradient's vote is shared between the two nearest of 18 directions instead
 * of snapped to one. Grey only. Values and their derivative by the pixels, for direct inversion.
 *   votes of g at angle theta = (o + f) 20 degrees: (1 - f)|g| to o, f |g| to o + 1
 *   d/dg: (1 - f) g/|g| - (9/pi) t to o,  f g/|g| + (9/pi) t to o + 1,  t = g/|g| turned by 90 degrees
 */

import { type Cells, corners, depth, neighbourhoods, shares, textureGain, uocttiFeatures } from '../hog/index.ts'

const bins = 18
const perTurn = bins / (2 * Math.PI)

/** The cells' votes, and per pixel what the derivative needs. */
export interface SoftCells extends Cells {
  readonly bin: Uint8Array
  readonly part: Float32Array
  /** unit gradient; 0 where there is none */
  readonly ux: Float32Array
  readonly uy: Float32Array
}

export function softCells(data: Float32Array, width: number, height: number, side: number): SoftCells {
  const columns = Math.floor(width / side)
  const rows = Math.floor(height / side)
  const votes = new Float64Array(columns * rows * bins)
  const bin = new Uint8Array(width * height)
  const part = new Float32Array(width * height)
  const ux = new Float32Array(width * height)
  const uy = new Float32Array(width * height)
  const grid = shareGrid(columns, rows, side)
  for (let y = 1; y < rows * side - 1; y++)
    for (let x = 1; x < columns * side - 1; x++) {
      const i = y * width + x
      const gx = (data[i + 1] as number) - (data[i - 1] as number)
      const gy = (data[i + width] as number) - (data[i - width] as number)
      const length = Math.sqrt(gx * gx + gy * gy)
      if (length < 1e-6) continue
      const turn = Math.atan2(gy, gx) * perTurn
      const place = turn < 0 ? turn + bins : turn
      const low = Math.floor(place) % bins
      const fraction = place - Math.floor(place)
      bin[i] = low
      part[i] = fraction
      ux[i] = gx / length
      uy[i] = gy / length
      const next = low === bins - 1 ? 0 : low + 1
      for (let k = 0; k < 4; k++) {
        const vote = length * grid.weight(x, y, k)
        if (vote === 0) continue
        const at = grid.cell(x, y, k) * bins
        votes[at + low] = (votes[at + low] as number) + vote * (1 - fraction)
        votes[at + next] = (votes[at + next] as number) + vote * fraction
      }
    }
  return { columns, rows, side, votes, bin, part, ux, uy }
}

/** The four cells around a pixel, numbered 0..3, and its shares of them; the share of a cell that does not exist is 0. */
function shareGrid(columns: number, rows: number, side: number) {
  const across = shares(columns, side)
  const down = shares(rows, side)
  const axis = ({ cell, second }: typeof across, at: number, after: number, count: number) => {
    const index = (cell[at] as number) + after
    if (index < 0 || index >= count) return 0
    return after ? (second[at] as number) : 1 - (second[at] as number)
  }
  return {
    weight: (x: number, y: number, k: number) => axis(across, x, k & 1, columns) * axis(down, y, k >> 1, rows),
    cell: (x: number, y: number, k: number) =>
      ((down.cell[y] as number) + (k >> 1)) * columns + (across.cell[x] as number) + (k & 1),
  }
}

/** Values as `hog(…, { convention: 'uoctti' })` lays them out. */
export function softFeatures(cells: Cells, clip: number): Float64Array {
  return uocttiFeatures(cells, clip).vector
}

/** d loss / d votes, from d loss / d features. */
export function votesGradient(cells: Cells, features: Float64Array, clip: number): Float64Array {
  const { columns, rows, votes } = cells
  const norms = neighbourhoods(cells)
  const byNorm = new Float64Array(norms.length)
  const out = new Float64Array(votes.length)
  for (let row = 1; row < rows - 1; row++)
    for (let column = 1; column < columns - 1; column++) {
      const from = (row * columns + column) * bins
      const feature = ((row - 1) * (columns - 2) + column - 1) * depth
      for (let k = 0; k < 4; k++) {
        const [du, dv] = corners[k] as readonly [number, number]
        const n = (row + dv) * (columns - 1) + column + du
        const norm = norms[n] as number
        const texture = textureGain * (features[feature + 27 + k] as number)
        let sum = 0
        for (let o = 0; o < 9; o++) {
          const a = votes[from + o] as number
          const b = votes[from + o + 9] as number
          const both = (a + b) * norm < clip ? 0.5 * (features[feature + 18 + o] as number) : 0
          const one = both + (a * norm < clip ? 0.5 * (features[feature + o] as number) + texture : 0)
          const two = both + (b * norm < clip ? 0.5 * (features[feature + 9 + o] as number) + texture : 0)
          out[from + o] = (out[from + o] as number) + norm * one
          out[from + o + 9] = (out[from + o + 9] as number) + norm * two
          sum += a * one + b * two
        }
        byNorm[n] = (byNorm[n] as number) + sum
      }
    }
  addNorms(cells, norms, byNorm, out)
  return out
}

/** n = S^-1/2, S the sum of four energies: dS = -n^3 dn / 2; an energy's derivative by its votes is 2 (h_o + h_{o+9}). */
function addNorms({ columns, votes }: Cells, norms: Float64Array, byNorm: Float64Array, out: Float64Array): void {
  for (let n = 0; n < norms.length; n++) {
    const factor = -((norms[n] as number) ** 3) * (byNorm[n] as number)
    if (factor === 0) continue
    const corner = Math.floor(n / (columns - 1)) * columns + (n % (columns - 1))
    for (const cell of [corner, corner + 1, corner + columns, corner + columns + 1])
      for (let o = 0; o < 9; o++) {
        const at = cell * bins + o
        const change = factor * ((votes[at] as number) + (votes[at + 9] as number))
        out[at] = (out[at] as number) + change
        out[at + 9] = (out[at + 9] as number) + change
      }
  }
}

/** d loss / d pixels, from d loss / d votes. */
export function pixelGradient(cells: SoftCells, byVote: Float64Array, width: number, height: number): Float32Array {
  const { columns, rows, side, bin, part, ux, uy } = cells
  const out = new Float32Array(width * height)
  const grid = shareGrid(columns, rows, side)
  for (let y = 1; y < rows * side - 1; y++)
    for (let x = 1; x < columns * side - 1; x++) {
      const i = y * width + x
      const cos = ux[i] as number
      const sin = uy[i] as number
      if (cos === 0 && sin === 0) continue
      const low = bin[i] as number
      const next = low === bins - 1 ? 0 : low + 1
      let first = 0
      let second = 0
      for (let k = 0; k < 4; k++) {
        const weight = grid.weight(x, y, k)
        if (weight === 0) continue
        const at = grid.cell(x, y, k) * bins
        first += weight * (byVote[at + low] as number)
        second += weight * (byVote[at + next] as number)
      }
      const f = part[i] as number
      const radial = (1 - f) * first + f * second
      const turning = perTurn * (second - first)
      const gx = radial * cos - turning * sin
      const gy = radial * sin + turning * cos
      out[i + 1] = (out[i + 1] as number) + gx
      out[i - 1] = (out[i - 1] as number) - gx
      out[i + width] = (out[i + width] as number) + gy
      out[i - width] = (out[i - width] as number) - gy
    }
  return out
}
