/**
 * The HOG of the deformable part models (31 numbers a cell and a zero): directions snapped to 18, votes shared between
 * four cells, each cell normalised by the four 2x2 neighbourhoods it belongs to. iHOG inverts this one.
 *   e = sum over 9 undirected bins of (h_o + h_{o+9})^2;  n_k = 1 / sqrt(sum of e over neighbourhood k + 1e-4)
 *   18 directed and 9 undirected: 1/2 sum_k min(h n_k, 0.2);  4 textures: 0.2357 sum_o min(h_o n_k, 0.2)
 * Border cells are dropped: they have no four neighbourhoods.
 */

import type { Gradient } from './gradient.ts'
import type { Hog } from './hog.ts'

/** The unit vectors at 0, 20, … 160 degrees in the four decimals of the original. */
export const cosines = [1, 0.9397, 0.766, 0.5, 0.1736, -0.1736, -0.5, -0.766, -0.9397] as const
export const sines = [0, 0.342, 0.6428, 0.866, 0.9848, 0.9848, 0.866, 0.6428, 0.342] as const

/** Directed votes before normalisation: `votes[(row * columns + column) * 18 + bin]`. */
export interface Cells {
  readonly columns: number
  readonly rows: number
  readonly side: number
  readonly votes: Float64Array
}

/** The nearest of 18 directions. Halfway (an upright gradient lies between 80 and 100 degrees) the lower one counts. */
export function snap(dx: number, dy: number): number {
  let most = 0
  let best = 0
  for (let o = 0; o < 9; o++) {
    const dot = (cosines[o] as number) * dx + (sines[o] as number) * dy
    if (dot > most) {
      most = dot
      best = o
    } else if (-dot > most) {
      most = -dot
      best = o + 9
    }
  }
  return best
}

/** @param side of a cell in pixels; a picture whose side is no multiple is cut or repeats its last row to fill the cell */
export function uocttiCells({ width, height, dx, dy }: Gradient, side: number): Cells {
  const columns = Math.round(width / side)
  const rows = Math.round(height / side)
  const votes = new Float64Array(columns * rows * 18)
  if (width < 3 || height < 3) return { columns, rows, side, votes }
  const across = shares(columns, side)
  const down = shares(rows, side)
  for (let y = 1; y < rows * side - 1; y++)
    for (let x = 1; x < columns * side - 1; x++) {
      const i = Math.min(y, height - 2) * width + Math.min(x, width - 2)
      const gx = dx[i] as number
      const gy = dy[i] as number
      if (gx === 0 && gy === 0) continue
      const length = Math.sqrt(gx * gx + gy * gy)
      const bin = snap(gx, gy)
      for (let v = 0; v < 2; v++) {
        const row = (down.cell[y] as number) + v
        if (row < 0 || row >= rows) continue
        const upright = length * (v ? (down.second[y] as number) : 1 - (down.second[y] as number))
        for (let u = 0; u < 2; u++) {
          const column = (across.cell[x] as number) + u
          if (column < 0 || column >= columns) continue
          const at = (row * columns + column) * 18 + bin
          const share = u ? (across.second[x] as number) : 1 - (across.second[x] as number)
          votes[at] = (votes[at] as number) + share * upright
        }
      }
    }
  return { columns, rows, side, votes }
}

/** For each pixel of an axis the cell before it and the share of the cell after it. */
export function shares(cells: number, side: number): { cell: Int32Array; second: Float64Array } {
  const cell = new Int32Array(cells * side)
  const second = new Float64Array(cells * side)
  for (let p = 0; p < cell.length; p++) {
    const place = (p + 0.5) / side - 0.5
    cell[p] = Math.floor(place)
    second[p] = place - Math.floor(place)
  }
  return { cell, second }
}

export const textureGain = 0.2357
export const depth = 32

/** 1 / norm of the 2x2 cells whose upper left is (column, row): `norms[row * (columns - 1) + column]`. */
export function neighbourhoods({ columns, rows, votes }: Cells): Float64Array {
  const energy = new Float64Array(columns * rows)
  for (let i = 0; i < energy.length; i++) {
    let sum = 0
    for (let o = 0; o < 9; o++) sum += ((votes[i * 18 + o] as number) + (votes[i * 18 + o + 9] as number)) ** 2
    energy[i] = sum
  }
  const norms = new Float64Array(Math.max(0, columns - 1) * Math.max(0, rows - 1))
  for (let row = 0, n = 0; row < rows - 1; row++)
    for (let column = 0; column < columns - 1; column++, n++) {
      const i = row * columns + column
      const sum = (energy[i] as number) + (energy[i + 1] as number) + (energy[i + columns] as number)
      norms[n] = 1 / Math.sqrt(sum + (energy[i + columns + 1] as number) + 1e-4)
    }
  return norms
}

/** Offsets from an inner cell to its neighbourhoods, in the order of the textures: itself last corner, first, … */
export const corners = [
  [0, 0],
  [0, -1],
  [-1, 0],
  [-1, -1],
] as const

export function uocttiFeatures(cells: Cells, clip: number): Pick<Hog, 'columns' | 'rows' | 'depth' | 'vector'> {
  const columns = Math.max(0, cells.columns - 2)
  const rows = Math.max(0, cells.rows - 2)
  const norms = neighbourhoods(cells)
  const vector = new Float64Array(columns * rows * depth)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const from = ((row + 1) * cells.columns + column + 1) * 18
      const to = (row * columns + column) * depth
      for (let k = 0; k < 4; k++) {
        const [du, dv] = corners[k] as readonly [number, number]
        const norm = norms[(row + 1 + dv) * (cells.columns - 1) + column + 1 + du] as number
        oneNorm(vector, to, cells.votes, from, norm, clip, to + 27 + k)
      }
    }
  return { columns, rows, depth, vector }
}

function oneNorm(
  vector: Float64Array,
  to: number,
  votes: Float64Array,
  from: number,
  norm: number,
  clip: number,
  texture: number,
): void {
  let sum = 0
  for (let o = 0; o < 18; o++) {
    const value = Math.min((votes[from + o] as number) * norm, clip)
    vector[to + o] = (vector[to + o] as number) + 0.5 * value
    sum += value
  }
  for (let o = 0; o < 9; o++) {
    const both = (votes[from + o] as number) + (votes[from + o + 9] as number)
    vector[to + 18 + o] = (vector[to + 18 + o] as number) + 0.5 * Math.min(both * norm, clip)
  }
  vector[texture] = textureGain * sum
}
