/** A stationary Gaussian of pictures: how alike two pixels are depends on their distance only; and what a ring says of its inside. */

export interface PictureGaussian {
  /** Of levels from 0 (black) to 1 (white), all colours alike. */
  readonly mean: number
  readonly variance: number
  /** The table below goes to distances below this, each way. */
  readonly reach: number
  /** correlation[dy * reach + dx]; mirrored distances are alike. */
  readonly correlation: ArrayLike<number>
}

/**
 * The mean, variance and correlation of planes of levels. Products over all pairs are divided by the number of pixels, not of
 * pairs: so the correlations belong to a distribution (they are positive semidefinite).
 */
export function fitGaussian(
  planes: readonly { readonly width: number; readonly height: number; readonly data: ArrayLike<number> }[],
  reach: number,
): PictureGaussian {
  const pixels = planes.reduce((sum, { data }) => sum + data.length, 0)
  let mean = 0
  for (const { data } of planes) for (let i = 0; i < data.length; i++) mean += (data[i] as number) / pixels
  const covariance = new Float64Array(reach * reach)
  for (const { width, height, data } of planes) {
    const centred = Float64Array.from(data, (value) => value - mean)
    for (let dy = 0; dy < reach; dy++)
      for (let dx = 0; dx < reach; dx++) {
        let sum = 0
        for (let y = 0; y + dy < height; y++)
          for (let x = 0; x + dx < width; x++) {
            const [above, below] = [y * width + x, (y + dy) * width + x]
            sum += (centred[above] as number) * (centred[below + dx] as number)
            sum += (centred[above + dx] as number) * (centred[below] as number)
          }
        covariance[dy * reach + dx] = (covariance[dy * reach + dx] as number) + sum / (2 * pixels)
      }
  }
  const variance = covariance[0] as number
  return { mean, variance, reach, correlation: covariance.map((value) => (variance > 0 ? value / variance : 0)) }
}

/** What the known pixels say of the unknown ones: mean = offset + weights known; deviations = factor normals. */
export interface Conditional {
  /** [unknown, known]: what each known pixel's distance from the mean adds. */
  readonly weights: Float64Array
  /** [unknown, unknown], lower triangle: the Cholesky factor of the conditional covariance. */
  readonly factor: Float64Array
}

type Place = readonly [y: number, x: number]

/** Grain of film and rounding, as a share of the variance: neighbours are never quite alike. */
const grain = 1e-4

export function conditional(
  { correlation, variance, reach }: PictureGaussian,
  unknown: readonly Place[],
  known: readonly Place[],
): Conditional {
  const alike = ([y, x]: Place, [v, u]: Place) =>
    (correlation[Math.abs(y - v) * reach + Math.abs(x - u)] as number) + (y === v && x === u ? grain : 0)
  const [n, m] = [unknown.length, known.length]
  const lower = cholesky(matrix(known, known, alike), m)
  // Each unknown's row: first half of the solution is shared by weights and covariance.
  const half = matrix(unknown, known, alike)
  for (let i = 0; i < n; i++) forward(lower, half.subarray(i * m, (i + 1) * m))
  const rest = matrix(unknown, unknown, alike)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < m; k++) sum += (half[i * m + k] as number) * (half[j * m + k] as number)
      rest[i * n + j] = variance * ((rest[i * n + j] as number) - sum)
    }
  for (let i = 0; i < n; i++) backward(lower, half.subarray(i * m, (i + 1) * m))
  return { weights: half, factor: cholesky(rest, n) }
}

const matrix = (rows: readonly Place[], columns: readonly Place[], f: (a: Place, b: Place) => number) =>
  Float64Array.from({ length: rows.length * columns.length }, (_, i) =>
    f(rows[Math.floor(i / columns.length)] as Place, columns[i % columns.length] as Place),
  )

/** L with L L' = A; pivots that rounding made negative count as 0. */
function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number)
      const pivot = l[j * n + j] as number
      l[i * n + j] = i === j ? Math.sqrt(Math.max(0, sum)) : pivot > 0 ? sum / pivot : 0
    }
  return l
}

/** b := L^-1 b */
function forward(l: Float64Array, b: Float64Array): void {
  const n = b.length
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number
    for (let k = 0; k < i; k++) sum -= (l[i * n + k] as number) * (b[k] as number)
    b[i] = sum / (l[i * n + i] as number)
  }
}

/** b := L'^-1 b */
function backward(l: Float64Array, b: Float64Array): void {
  const n = b.length
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number
    for (let k = i + 1; k < n; k++) sum -= (l[k * n + i] as number) * (b[k] as number)
    b[i] = sum / (l[i * n + i] as number)
  }
}

/** One draw of the unknown levels, within black and white. */
export function draw(
  { mean }: PictureGaussian,
  { weights, factor }: Conditional,
  known: ArrayLike<number>,
  normals: ArrayLike<number>,
): Float64Array {
  const [n, m] = [normals.length, known.length]
  return Float64Array.from({ length: n }, (_, i) => {
    let value = mean
    for (let k = 0; k < m; k++) value += (weights[i * m + k] as number) * ((known[k] as number) - mean)
    for (let k = 0; k <= i; k++) value += (factor[i * n + k] as number) * (normals[k] as number)
    return Math.min(1, Math.max(0, value))
  })
}
