/** Linear maps along one axis whose rows are short runs of weights, two of them as a map of planes, and the adjoint of that. */

/** Output i = sum over k of rows[i].weights[k] * source[rows[i].first + k], of a source of `from` samples. */
export interface Band {
  readonly from: number
  readonly rows: readonly { readonly first: number; readonly weights: Float64Array }[]
}

/** `from` samples to `to`, linear, the first and the last on each other: torch's align_corners=True. */
export function cornerToCorner(from: number, to: number): Band {
  const rows = Array.from({ length: to }, (_, i) => {
    const place = to > 1 ? (i * (from - 1)) / (to - 1) : 0
    const first = Math.max(0, Math.min(Math.floor(place), from - 2))
    const share = place - first
    return { first, weights: from === 1 ? Float64Array.of(1) : Float64Array.of(1 - share, share) }
  })
  return { from, rows }
}

/** `count` of the samples, from `first` on. */
export const window = (from: number, first: number, count: number): Band => ({
  from,
  rows: Array.from({ length: count }, (_, i) => ({ first: first + i, weights: Float64Array.of(1) })),
})

/** The samples weighed by a kernel of odd length around each; the end samples stand for those beyond. */
export function smoothed(size: number, kernel: Float64Array): Band {
  const radius = (kernel.length - 1) / 2
  const rows = Array.from({ length: size }, (_, i) => {
    const [first, last] = [Math.max(0, i - radius), Math.min(size - 1, i + radius)]
    const weights = new Float64Array(last - first + 1)
    kernel.forEach((weight, k) => {
      const at = Math.min(Math.max(i + k - radius, first), last) - first
      weights[at] = (weights[at] as number) + weight
    })
    return { first, weights }
  })
  return { from: size, rows }
}

/** As `smoothed`, with zeros beyond the ends. */
export function faded(size: number, kernel: Float64Array): Band {
  const radius = (kernel.length - 1) / 2
  const rows = Array.from({ length: size }, (_, i) => {
    const first = Math.max(0, i - radius)
    return { first, weights: kernel.slice(first - i + radius, Math.min(size, i + radius + 1) - i + radius) }
  })
  return { from: size, rows }
}

/** The one map behind the other. */
export function after(outer: Band, inner: Band): Band {
  const rows = outer.rows.map(({ first: start, weights: outerWeights }) => {
    const used = inner.rows.slice(start, start + outerWeights.length)
    const first = Math.min(...used.map((row) => row.first))
    const end = Math.max(...used.map((row) => row.first + row.weights.length))
    const weights = new Float64Array(end - first)
    used.forEach((row, k) => {
      row.weights.forEach((weight, j) => {
        const at = row.first + j - first
        weights[at] = (weights[at] as number) + (outerWeights[k] as number) * weight
      })
    })
    return { first, weights }
  })
  return { from: inner.from, rows }
}

/** Planes of down.from x across.from to planes of down.rows x across.rows, row by row. */
export interface Separable {
  readonly down: Band
  readonly across: Band
}

/** U x */
export function forth({ down, across }: Separable, source: ArrayLike<number>): Float64Array {
  const [width, height, out] = [across.from, down.from, across.rows.length]
  const middle = new Float64Array(height * out)
  for (let y = 0; y < height; y++)
    across.rows.forEach(({ first, weights }, x) => {
      let sum = 0
      for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (source[y * width + first + k] as number)
      middle[y * out + x] = sum
    })
  const result = new Float64Array(down.rows.length * out)
  down.rows.forEach(({ first, weights }, y) => {
    for (let k = 0; k < weights.length; k++)
      for (let x = 0; x < out; x++)
        result[y * out + x] =
          (result[y * out + x] as number) + (weights[k] as number) * (middle[(first + k) * out + x] as number)
  })
  return result
}

/** U' y: the gradient at the source, of the gradient at what `forth` made. */
export function back({ down, across }: Separable, target: ArrayLike<number>): Float64Array {
  const [width, height, out] = [across.from, down.from, across.rows.length]
  const middle = new Float64Array(height * out)
  down.rows.forEach(({ first, weights }, y) => {
    for (let k = 0; k < weights.length; k++)
      for (let x = 0; x < out; x++) {
        const at = (first + k) * out + x
        middle[at] = (middle[at] as number) + (weights[k] as number) * (target[y * out + x] as number)
      }
  })
  const result = new Float64Array(height * width)
  for (let y = 0; y < height; y++)
    across.rows.forEach(({ first, weights }, x) => {
      const value = middle[y * out + x] as number
      for (let k = 0; k < weights.length; k++) {
        const at = y * width + first + k
        result[at] = (result[at] as number) + (weights[k] as number) * value
      }
    })
  return result
}
