/** Sums over masks m and scores g, pixel by pixel: the mean of g m, their covariance, and how sure both are. */

import { type Sums, sumsOf } from './wasm/sums.ts'

export class MaskMoments {
  count = 0
  /** Sums of the weights, of g and g^2. */
  #scores = [0, 0]
  /** Of m, m^2, g m, g m^2, g^2 m, g^2 m^2. */
  readonly #sums: Sums

  constructor(pixels: number) {
    this.#sums = sumsOf(pixels)
  }

  add(score: number, mask: ArrayLike<number>, weight = 1): void {
    this.count++
    const [g, gg] = [weight * score, weight * score * score]
    this.#scores = [(this.#scores[0] as number) + g, (this.#scores[1] as number) + gg]
    this.#sums.add(mask, [weight, g, gg])
  }

  /** How much of each pixel was in sight, on the mean. */
  get sight(): Float64Array {
    return this.#means(0)
  }

  /** mean of g m; centred: their covariance. */
  products(centred: boolean): Float64Array {
    const mean = (this.#scores[0] as number) / this.count
    const sight = this.sight
    return this.#means(2).map((value, i) => (centred ? value - mean * (sight[i] as number) : value))
  }

  /** Standard errors of `products`. */
  errors(centred: boolean): Float64Array {
    const n = this.count
    const [g, gg] = this.#scores.map((sum) => sum / n) as [number, number]
    const [m1, m2, gm, gm2, ggm, ggm2] = Array.from({ length: 6 }, (_, k) => this.#means(k))
    const value = this.products(centred)
    return value.map((mean, i) => {
      const at = (sums: Float64Array | undefined) => sums?.[i] as number
      const m = at(m1)
      const square = centred
        ? at(ggm2) -
          2 * m * at(ggm) +
          m * m * gg -
          2 * g * (at(gm2) - 2 * m * at(gm) + m * m * g) +
          g * g * (at(m2) - m * m)
        : at(ggm2)
      return Math.sqrt(Math.max(0, square - mean * mean) / Math.max(1, n - 1))
    })
  }

  #means(k: number): Float64Array {
    return (this.#sums.read()[k] as Float64Array).map((sum) => sum / this.count)
  }
}
