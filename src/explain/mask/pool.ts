/**
 * A smooth mask of coarse cells: each point takes the softmax-weighed mean of the cells around it, weakened with distance.
 * m(u) = sum_j p_j f_j, f_j = k(|u - u_j| / sigma) c_j, p = softmax(T f), k(d) = exp(-2 max(0, d - 1/2)^2).
 */

/** Rows and columns of places in pixels of the model's input. */
export interface Lattice {
  readonly ys: Float64Array
  readonly xs: Float64Array
}

export interface Pool {
  readonly cells: number
  /** The points of the lattice, row by row. */
  forth(cells: Float64Array): Float64Array
  /** The gradient at the cells, of the gradient at the points that `forth` made last. */
  back(points: ArrayLike<number>): Float64Array
}

/** Of a point: which cells it takes, and how strongly each reaches it. Strength 0 is a cell that is not there, and counts in the mean. */
export interface Neighbours {
  readonly cells: number
  readonly rows: number
  readonly columns: number
  each(row: number, column: number, take: (cell: number, strength: number) => void): void
}

/** @param distance in sigmas */
const strength = (distance: number) => Math.exp(-2 * Math.max(0, distance - 0.5) ** 2)

/** Beyond this distance, in sigmas, a cell weighs under 1 % and is left out. */
const reach = 2.02

/** All cells within a disc around each point. */
export function discs(grid: Lattice, points: Lattice, sigma: number): Neighbours {
  const rowsNear = Array.from(points.ys, (y) => near(grid.ys, y, reach * sigma))
  const columnsNear = Array.from(points.xs, (x) => near(grid.xs, x, reach * sigma))
  return {
    cells: grid.ys.length * grid.xs.length,
    rows: points.ys.length,
    columns: points.xs.length,
    each(row, column, take) {
      const [top, bottom] = rowsNear[row] as [number, number]
      const [left, right] = columnsNear[column] as [number, number]
      for (let r = top; r < bottom; r++)
        for (let c = left; c < right; c++) {
          const [dy, dx] = [(grid.ys[r] as number) - at(points.ys, row), (grid.xs[c] as number) - at(points.xs, column)]
          const distance = Math.hypot(dy, dx) / sigma
          if (distance <= reach) take(r * grid.xs.length + c, strength(distance))
        }
    },
  }
}

/**
 * TorchRay's: cells `step` apart from the first pixel on; pixels in blocks of `step`, which begin a margin of sigma before the
 * picture; each takes the square of cells around its block's own, also those beyond the picture, which are empty.
 */
export function blocks(height: number, width: number, step: number, sigma: number): Neighbours {
  const across = Math.ceil(sigma / step) + 1
  const lead = Math.ceil((2 * sigma) / step) + 1 - across
  const [down, right] = [height, width].map((size) => Math.ceil(size / step)) as [number, number]
  const points = (cells: number) => (cells + 2 * lead - 1) * step + 1
  const own = (point: number) => Math.floor(point / step) - lead
  return {
    cells: down * right,
    rows: points(down),
    columns: points(right),
    each(row, column, take) {
      for (let r = own(row) - across; r <= own(row) + across; r++)
        for (let c = own(column) - across; c <= own(column) + across; c++) {
          const there = r >= 0 && r < down && c >= 0 && c < right
          if (there)
            take(r * right + c, strength(Math.hypot(row - sigma - r * step, column - sigma - c * step) / sigma))
          else take(0, 0)
        }
    },
  }
}

const at = (places: Float64Array, i: number) => places[i] as number

export function smoothPool({ cells, rows, columns, each }: Neighbours, temperature: number): Pool {
  const start: number[] = [0]
  const cellOf: number[] = []
  const kernel: number[] = []
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      each(y, x, (cell, weight) => {
        cellOf.push(cell)
        kernel.push(weight)
      })
      start.push(cellOf.length)
    }
  const [index, weights] = [Int32Array.from(cellOf), Float32Array.from(kernel)]
  const slopes = new Float32Array(index.length)
  const count = rows * columns
  return {
    cells,
    forth(values) {
      const out = new Float64Array(count)
      for (let p = 0; p < count; p++) {
        const [from, end] = [start[p] as number, start[p + 1] as number]
        let [total, sum] = [0, 0]
        for (let j = from; j < end; j++) {
          const f = (weights[j] as number) * (values[index[j] as number] as number)
          const power = Math.exp(temperature * f)
          slopes[j] = power
          total += power
          sum += power * f
        }
        // No cell reaches a far corner of the margin.
        const mean = total > 0 ? sum / total : 0
        out[p] = mean
        for (let j = from; j < end; j++) {
          const f = (weights[j] as number) * (values[index[j] as number] as number)
          slopes[j] = (((slopes[j] as number) * (weights[j] as number)) / total) * (1 + temperature * (f - mean))
        }
      }
      return out
    },
    back(gradient) {
      const out = new Float64Array(cells)
      for (let p = 0; p < count; p++) {
        const slope = gradient[p] as number
        const end = start[p + 1] as number
        for (let j = start[p] as number; j < end; j++) {
          const cell = index[j] as number
          out[cell] = (out[cell] as number) + slope * (slopes[j] as number)
        }
      }
      return out
    },
  }
}

/** The places, in rising order, within `radius` of one: [first, end). */
function near(places: Float64Array, at: number, radius: number): [number, number] {
  let first = 0
  while (first < places.length && (places[first] as number) < at - radius) first++
  let end = first
  while (end < places.length && (places[end] as number) <= at + radius) end++
  return [first, end]
}

/** Places `step` apart, centred on and covering [low, high]. */
export function spaced(low: number, high: number, step: number): Float64Array {
  const count = Math.floor((high - low) / step + 1e-9) + 1
  const first = (low + high - (count - 1) * step) / 2
  return Float64Array.from({ length: count }, (_, i) => first + i * step)
}
