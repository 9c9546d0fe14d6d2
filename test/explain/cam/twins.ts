/** The CAMs written down slowly from their definitions, in float64, from PyTorch's activations and gradients. */

/** Channels of h x w numbers. */
export type Maps = readonly Float64Array[]

export const channelsOf = (data: Float64Array, channels: number): Maps => {
  const size = data.length / channels
  return Array.from({ length: channels }, (_, k) => data.slice(k * size, (k + 1) * size))
}

export const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0)
export const mean = (values: Float64Array): number => sum(values) / values.length
export const relu = (values: Float64Array): Float64Array => values.map((value) => Math.max(0, value))

/** sum over the channels of what `each` makes of a channel's activation and gradient at a place. */
const over = (a: Maps, g: Maps, each: (a: number, g: number, k: number) => number): Float64Array =>
  Float64Array.from(a[0] as Float64Array, (_, i) =>
    a.reduce((total, channel, k) => total + each(channel[i] as number, g[k]?.[i] as number, k), 0),
  )

const weighed = (a: Maps, g: Maps, weight: (a: Float64Array, g: Float64Array) => number): Float64Array => {
  const weights = a.map((channel, k) => weight(channel, g[k] as Float64Array))
  return relu(over(a, g, (value, _, k) => (weights[k] as number) * value))
}

const std = (values: Float64Array): number => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)))
const unusual = (values: Float64Array) => values.map((v) => (v > mean(values) + 2 * std(values) ? 1 : 0))

export const twins: Readonly<Record<string, (a: Maps, g: Maps) => Float64Array>> = {
  'grad-cam': (a, g) => weighed(a, g, (_, slope) => mean(slope)),
  'grad-cam++': (a, g) =>
    weighed(a, g, (value, slope) =>
      sum(slope.map((s) => (s > 0 ? s ** 2 / (2 * s ** 2 + s ** 3 * sum(value)) : 0) * s)),
    ),
  'xgrad-cam': (a, g) =>
    weighed(a, g, (value, slope) => {
      const all = sum(value)
      return all === 0 ? 0 : sum(slope.map((s, i) => s * (value[i] as number))) / all
    }),
  'hires-cam': (a, g) => over(a, g, (value, slope) => value * slope),
  'grad-cam-elementwise': (a, g) => over(a, g, (value, slope) => Math.max(0, value * slope)),
  'layer-cam': (a, g) => relu(over(a, g, (value, slope) => Math.max(0, slope) * value)),
  'norm-grad': (a, g) => {
    const [values, slopes] = [over(a, g, (value) => value ** 2), over(a, g, (_, slope) => slope ** 2)]
    return values.map((value, i) => Math.sqrt(value * (slopes[i] as number)))
  },
  'eigen-cam': (a) => principal(a),
  'eigen-grad-cam': (a, g) => principal(a.map((channel, k) => channel.map((v, i) => v * (g[k]?.[i] as number)))),
  fem: (a, g) => {
    const high = a.map(unusual)
    return over(high, g, (value, _, k) => value * mean(a[k] as Float64Array))
  },
  'fem share': (a) => {
    const shares = a.map((channel) => mean(unusual(channel)))
    return over(a, a, (value, _, k) => (shares[k] as number) * value)
  },
}

/** The projection on the first principal component, by Jacobi rotations of the positions' Gram matrix. */
export function principal(maps: Maps): Float64Array {
  const centred = maps.map((channel) => channel.map((value) => value - mean(channel)))
  const size = centred[0]?.length ?? 0
  const dot = (i: number, j: number) => centred.reduce((total, c) => total + (c[i] as number) * (c[j] as number), 0)
  const { values, vectors } = jacobi(
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => dot(i, j))),
  )
  const first = values.indexOf(Math.max(...values))
  const map = Float64Array.from(vectors, (row) => (row[first] as number) * Math.sqrt(values[first] as number))
  const total = over(maps, maps, (value) => value)
  const agrees = sum(map.map((value, i) => value * ((total[i] as number) - mean(total)))) >= 0
  return agrees ? map : map.map((value) => -value)
}

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix. */
export function jacobi(matrix: number[][]): { values: number[]; vectors: number[][] } {
  const n = matrix.length
  const m = matrix.map((row) => [...row])
  const vectors = m.map((_, i) => m.map((_, j) => (i === j ? 1 : 0)))
  const at = (rows: number[][], i: number, j: number) => rows[i]?.[j] as number
  for (let sweep = 0; sweep < 12; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(at(m, p, q)) < 1e-300) continue
        const angle = 0.5 * Math.atan2(2 * at(m, p, q), at(m, q, q) - at(m, p, p))
        const [c, s] = [Math.cos(angle), Math.sin(angle)]
        for (const row of [...m, ...vectors]) {
          const [x, y] = [row[p] as number, row[q] as number]
          row[p] = c * x - s * y
          row[q] = s * x + c * y
        }
        const [above, below] = [m[p] as number[], m[q] as number[]]
        for (let k = 0; k < n; k++) {
          const [x, y] = [above[k] as number, below[k] as number]
          above[k] = c * x - s * y
          below[k] = s * x + c * y
        }
      }
  return { values: m.map((row, i) => row[i] as number), vectors }
}
