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

/** Beyond this distance, in sigmas, a cell weighs under 1 % and is left out. */
const reach = 2.02

export function smoothPool(grid: Lattice, points: Lattice, sigma: number, temperature: number): Pool {
  const start: number[] = [0]
  const cellOf: number[] = []
  const kernel: number[] = []
  for (const y of points.ys)
    for (const x of points.xs) {
      const [top, bottom] = near(grid.ys, y, reach * sigma)
      const [left, right] = near(grid.xs, x, reach * sigma)
      for (let r = top; r < bottom; r++)
        for (let c = left; c < right; c++) {
          const distance = Math.hypot((grid.ys[r] as number) - y, (grid.xs[c] as number) - x) / sigma
          if (distance > reach) continue
          cellOf.push(r * grid.xs.length + c)
          kernel.push(Math.exp(-2 * Math.max(0, distance - 0.5) ** 2))
        }
      start.push(cellOf.length)
    }
  const [index, weights] = [Int32Array.from(cellOf), Float32Array.from(kernel)]
  const slopes = new Float32Array(index.length)
  const count = start.length - 1
  const cells = grid.ys.length * grid.xs.length
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
