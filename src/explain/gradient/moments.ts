/** Mean and spread of a stream of arrays, element by element, without cancellation (Welford 1962). */

export class Moments {
  readonly mean: Float64Array
  /** The sum of squared differences from the mean. */
  readonly #squares: Float64Array
  count = 0

  constructor(length: number) {
    this.mean = new Float64Array(length)
    this.#squares = new Float64Array(length)
  }

  add(values: ArrayLike<number>): void {
    const { mean } = this
    const squares = this.#squares
    const share = 1 / ++this.count
    for (let i = 0; i < mean.length; i++) {
      const value = values[i] as number
      const before = value - (mean[i] as number)
      mean[i] = (mean[i] as number) + before * share
      squares[i] = (squares[i] as number) + before * (value - (mean[i] as number))
    }
  }

  /** @param divisor count - 1 for the unbiased estimate, count for the variance of what was seen */
  variance(divisor = this.count - 1): Float64Array {
    return this.#squares.map((sum) => sum / divisor)
  }
}
