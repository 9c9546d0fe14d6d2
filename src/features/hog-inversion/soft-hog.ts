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
  const cells: SoftCells = {
    columns,
    rows,
    side,
    votes: new Float64Array(columns * rows * bins),
    bin: new Uint8Array(width * height),
    part: new Float32Array(width * height),
    ux: new Float32Array(width * height),
    uy: new Float32Array(width * height),
  }
  const across = shares(columns, side)
  const down = shares(rows, side)
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
      cells.bin[i] = low
      cells.part[i] = place - Math.floor(place)
      cells.ux[i] = gx / length
      cells.uy[i] = gy / length
      share(cells, across, down, x, y, (at, weight) => {
        const vote = weight * length
        const part = cells.part[i] as number
        const next = low === bins - 1 ? at : at + low + 1
        cells.votes[at + low] = (cells.votes[at + low] as number) + vote * (1 - part)
        cells.votes[next] = (cells.votes[next] as number) + vote * part
      })
    }
  return cells
}

type Shares = ReturnType<typeof shares>

/** Calls `give` for each of the four cells of a pixel that exist, with the offset of the cell's votes. */
function share(
  { columns, rows }: Cells,
  across: Shares,
  down: Shares,
  x: number,
  y: number,
  give: (at: number, weight: number) => void,
): void {
  const column = across.cell[x] as number
  const row = down.cell[y] as number
  const fx = across.second[x] as number
  const fy = down.second[y] as number
  for (let v = 0; v < 2; v++) {
    if (row + v < 0 || row + v >= rows) continue
    for (let u = 0; u < 2; u++) {
      if (column + u < 0 || column + u >= columns) continue
      give(((row + v) * columns + column + u) * bins, (u ? fx : 1 - fx) * (v ? fy : 1 - fy))
    }
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
  const across = shares(columns, side)
  const down = shares(rows, side)
  for (let y = 1; y < rows * side - 1; y++)
    for (let x = 1; x < columns * side - 1; x++) {
      const i = y * width + x
      const cos = ux[i] as number
      const sin = uy[i] as number
      if (cos === 0 && sin === 0) continue
      const low = bin[i] as number
      let first = 0
      let second = 0
      share(cells, across, down, x, y, (at, weight) => {
        first += weight * (byVote[at + low] as number)
        second += weight * (byVote[low === bins - 1 ? at : at + low + 1] as number)
      })
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
