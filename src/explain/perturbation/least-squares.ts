/** Weighted least squares with few unknowns: ridge by Cholesky's factors, lasso by coordinate descent. */

export interface Problem {
  /** One row of numbers a sample. */
  readonly rows: readonly ArrayLike<number>[]
  readonly targets: ArrayLike<number>
  readonly weights: ArrayLike<number>
}

/** argmin_b sum_i w_i (y_i - x_i b)^2 + alpha |b|^2 */
export function ridge(problem: Problem, alpha: number): Float64Array {
  const { normal, right } = normalEquations(problem, alpha)
  return factored(normal, right.length)(right)
}

/**
 * How much each sample moved the coefficients `b` of `ridge`: (X' W X + alpha)^-1 x_i w_i e_i / sqrt(1 - h_i), of which the sum of
 * squares is the sandwich estimate of their variances (HC2: MacKinnon, White 1985), right also where no linear model is.
 * @param constant whether rows and targets are `centred`
 */
export function* influences(
  problem: Problem,
  alpha: number,
  b: Float64Array,
  constant: boolean,
): Generator<Float64Array> {
  const { rows, targets, weights } = problem
  const { normal, right } = normalEquations(problem, alpha)
  const inverse = factored(normal, right.length)
  const total = constant ? Array.from(weights).reduce((sum, weight) => sum + weight, 0) : Number.POSITIVE_INFINITY
  for (const [i, row] of rows.entries()) {
    const weight = weights[i] as number
    const toward = inverse(row)
    let [left, leverage] = [targets[i] as number, weight / total]
    for (let j = 0; j < b.length; j++) {
      left -= (row[j] as number) * (b[j] as number)
      leverage += weight * (row[j] as number) * (toward[j] as number)
    }
    // A sample that alone decides a direction fits exactly, and says nothing about how far off it is.
    const scale = leverage < 1 - 1e-9 ? (weight * left) / Math.sqrt(1 - leverage) : 0
    yield toward.map((value) => scale * value)
  }
}

function normalEquations({ rows, targets, weights }: Problem, alpha: number) {
  const n = rows[0]?.length ?? 0
  const normal = new Float64Array(n * n)
  const right = new Float64Array(n)
  rows.forEach((row, i) => {
    const weight = weights[i] as number
    for (let j = 0; j < n; j++) {
      const part = weight * (row[j] as number)
      if (part === 0) continue
      right[j] = (right[j] as number) + part * (targets[i] as number)
      for (let k = 0; k <= j; k++) normal[j * n + k] = (normal[j * n + k] as number) + part * (row[k] as number)
    }
  })
  for (let j = 0; j < n; j++) normal[j * n + j] = (normal[j * n + j] as number) + alpha
  return { normal, right }
}

/** Solves A b = r for a symmetric positive A (n x n, lower triangle); directions that A does not determine get 0. */
export function factored(a: Float64Array, n: number): (right: ArrayLike<number>) => Float64Array {
  const l = a.slice()
  const at = (i: number, j: number) => l[i * n + j] as number
  const diagonal = Array.from({ length: n }, (_, i) => at(i, i))
  const tiny = 1e-12 * Math.max(...diagonal, 0)
  for (let j = 0; j < n; j++) {
    let pivot = at(j, j)
    for (let k = 0; k < j; k++) pivot -= at(j, k) ** 2
    const root = pivot > tiny ? Math.sqrt(pivot) : Number.POSITIVE_INFINITY
    l[j * n + j] = root
    for (let i = j + 1; i < n; i++) {
      let sum = at(i, j)
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k)
      l[i * n + j] = sum / root
    }
  }
  return (right) => {
    const b = Float64Array.from(right)
    for (let i = 0; i < n; i++) {
      let sum = b[i] as number
      for (let k = 0; k < i; k++) sum -= at(i, k) * (b[k] as number)
      b[i] = sum / at(i, i)
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i] as number
      for (let k = i + 1; k < n; k++) sum -= at(k, i) * (b[k] as number)
      b[i] = sum / at(i, i)
    }
    return b
  }
}

/** Rows and targets less their weighted means: a free constant, which no penalty touches. */
export function centred({ rows, targets, weights }: Problem): Problem {
  const n = rows[0]?.length ?? 0
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0)
  const mean = new Float64Array(n)
  let target = 0
  rows.forEach((row, i) => {
    const share = (weights[i] as number) / total
    for (let j = 0; j < n; j++) mean[j] = (mean[j] as number) + share * (row[j] as number)
    target += share * (targets[i] as number)
  })
  return {
    rows: rows.map((row) => Float64Array.from(row, (value, j) => value - (mean[j] as number))),
    targets: Float64Array.from(targets, (value) => value - target),
    weights,
  }
}

/** argmin_b sum_i w_i (y_i - x_i b)^2 / (2 sum w) + alpha |b|_1, by coordinate descent (Friedman et al. 2010). */
export function lasso({ rows, targets, weights }: Problem, alpha: number): Float64Array {
  const n = rows[0]?.length ?? 0
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0)
  const b = new Float64Array(n)
  const rest = Float64Array.from(targets)
  const square = Float64Array.from({ length: n }, (_, j) =>
    rows.reduce((sum, row, i) => sum + ((weights[i] as number) / total) * (row[j] as number) ** 2, 0),
  )
  for (let sweep = 0; sweep < 10_000; sweep++) {
    let [largest, moved] = [0, 0]
    for (let j = 0; j < n; j++) {
      const size = square[j] as number
      if (size === 0) continue
      let slope = 0
      rows.forEach((row, i) => {
        slope += ((weights[i] as number) / total) * (row[j] as number) * (rest[i] as number)
      })
      const before = b[j] as number
      const goal = slope + size * before
      const after = (Math.sign(goal) * Math.max(0, Math.abs(goal) - alpha)) / size
      if (after !== before)
        rows.forEach((row, i) => {
          rest[i] = (rest[i] as number) - (after - before) * (row[j] as number)
        })
      b[j] = after
      moved = Math.max(moved, Math.abs(after - before))
      largest = Math.max(largest, Math.abs(after))
    }
    if (moved <= 1e-10 * largest) break
  }
  return b
}
