/** The image blurred, and how it changes as the blur grows: both from matrices, one for each axis. */

/** Row-major [size, size]: what each sample of a line takes from the others; edges replicate. */
interface Lines {
  readonly size: number
  /** How far a sample's weights reach. */
  readonly radius: number
  readonly blur: Float64Array
  /** d blur / d sigma */
  readonly slope: Float64Array
}

/**
 * Gaussian of standard deviation `sigma`, normalised over |k| <= round(4 sigma) as `image/blur` is, and its derivative:
 * g = exp(-k^2 / (2 sigma^2)) / sum, dg/dsigma = g (k^2 - mean of k^2) / sigma^3.
 */
export function lines(size: number, sigma: number): Lines {
  const blur = new Float64Array(size * size)
  const slope = new Float64Array(size * size)
  const radius = sigma === 0 ? 0 : Math.max(1, Math.trunc(4 * sigma + 0.5))
  const raw = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    sigma === 0 ? 1 : Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  )
  const sum = raw.reduce((a, b) => a + b)
  const second = raw.reduce((total, g, i) => total + g * (i - radius) ** 2, 0) / sum
  for (let i = 0; i < size; i++)
    for (let k = -radius; k <= radius; k++) {
      const at = i * size + Math.min(Math.max(i + k, 0), size - 1)
      const g = (raw[k + radius] as number) / sum
      blur[at] = (blur[at] as number) + g
      if (sigma > 0) slope[at] = (slope[at] as number) + (g * (k * k - second)) / sigma ** 3
    }
  return { size, radius, blur, slope }
}

/** A plane blurred, and its derivative by sigma: `down` along the columns, `across` along the rows. */
export function blurPlane(
  plane: ArrayLike<number>,
  down: Lines,
  across: Lines,
): [value: Float64Array, slope: Float64Array] {
  const rows = Float64Array.from(plane)
  const turned = blurRows(rows, across, across.blur)
  const value = blurRows(turned, down, down.blur)
  const slope = blurRows(turned, down, down.slope)
  const rest = blurRows(blurRows(rows, across, across.slope), down, down.blur)
  for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] as number) + (rest[i] as number)
  return [value, slope]
}

/** Each row of [count, size] times the matrix, turned: [size, count]. Two sums at a time, for the processor's sake. */
function blurRows(rows: Float64Array, { size, radius }: Lines, matrix: Float64Array): Float64Array {
  const count = rows.length / size
  const out = new Float64Array(rows.length)
  for (let r = 0; r < size; r++) {
    const [from, to] = [Math.max(0, r - radius), Math.min(size, r + radius + 1)]
    for (let c = 0; c < count; c++) {
      const [line, weights] = [c * size, r * size]
      let even = 0
      let odd = 0
      let i = from
      for (; i + 1 < to; i += 2) {
        even += (matrix[weights + i] as number) * (rows[line + i] as number)
        odd += (matrix[weights + i + 1] as number) * (rows[line + i + 1] as number)
      }
      if (i < to) even += (matrix[weights + i] as number) * (rows[line + i] as number)
      out[r * count + c] = even + odd
    }
  }
  return out
}
