/** Rules that integrate a function over [0, 1] from its values at n points. */

export const quadratures = ['gauss-legendre', 'midpoint', 'trapezoid', 'right', 'left', 'linspace'] as const
export type Quadrature = (typeof quadratures)[number]

export interface Rule {
  readonly at: Float64Array
  /** They add up to 1. */
  readonly weights: Float64Array
}

/**
 * The points and weights of a rule. Gauss-Legendre is exact for polynomials up to degree 2n - 1; `linspace` is the plain mean over
 * n points from 0 to 1, ends included, that some tools use.
 */
export function quadrature(rule: Quadrature, n: number): Rule {
  const places = (place: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => place(i))
  const even = places(() => 1 / n)
  switch (rule) {
    case 'gauss-legendre':
      return gaussLegendre(n)
    case 'midpoint':
      return { at: places((i) => (i + 0.5) / n), weights: even }
    case 'right':
      return { at: places((i) => (i + 1) / n), weights: even }
    case 'left':
      return { at: places((i) => i / n), weights: even }
    case 'linspace':
      return { at: places((i) => (n === 1 ? 0.5 : i / (n - 1))), weights: even }
    case 'trapezoid': {
      if (n === 1) return { at: places(() => 0.5), weights: even }
      const end = (i: number) => i === 0 || i === n - 1
      return { at: places((i) => i / (n - 1)), weights: places((i) => (end(i) ? 0.5 : 1) / (n - 1)) }
    }
  }
}

/** Zeros of the Legendre polynomial by Newton's iteration from Chebyshev's guess; weights 2 / ((1 - x^2) P'(x)^2), both moved to [0, 1]. */
function gaussLegendre(n: number): Rule {
  const at = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let slope = 0
    for (let step = 0; step < 100; step++) {
      let [before, value] = [1, x]
      for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k]
      slope = (n * (x * value - before)) / (x * x - 1)
      const move = value / slope
      x -= move
      if (Math.abs(move) < 1e-15) break
    }
    at[i] = (x + 1) / 2
    weights[i] = 1 / ((1 - x * x) * slope * slope)
  }
  return { at, weights }
}
