/** The image blurred, and how it changes as the blur grows: both from matrices, one for each axis. */

/** Row-major [size, size]: what each sample of a line takes from the others; edges replicate. */
interface Lines {
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
  return { blur, slope }
}

/** A plane blurred, and its derivative by sigma: `down` along the columns, `across` along the rows. */
export function blurPlane(
  plane: ArrayLike<number>,
  down: Lines,
  across: Lines,
  height: number,
  width: number,
): [value: Float64Array, slope: Float64Array] {
  const turned = transpose(product(down.blur, plane, height, width), height, width)
  const turnedSlope = transpose(product(down.slope, plane, height, width), height, width)
  const value = product(across.blur, turned, width, height)
  const slope = product(across.slope, turned, width, height)
  const rest = product(across.blur, turnedSlope, width, height)
  for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] as number) + (rest[i] as number)
  return [transpose(value, width, height), transpose(slope, width, height)]
}

/** lines [size, size] times a plane [size, width]; the zeros of a band matrix cost nothing. */
function product(lines: Float64Array, plane: ArrayLike<number>, size: number, width: number): Float64Array {
  const out = new Float64Array(size * width)
  for (let r = 0; r < size; r++)
    for (let i = 0; i < size; i++) {
      const factor = lines[r * size + i] as number
      if (factor === 0) continue
      const [to, from] = [r * width, i * width]
      for (let c = 0; c < width; c++) out[to + c] = (out[to + c] as number) + factor * (plane[from + c] as number)
    }
  return out
}

function transpose(plane: Float64Array, height: number, width: number): Float64Array {
  const out = new Float64Array(plane.length)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[x * height + y] = plane[y * width + x] as number
  return out
}
