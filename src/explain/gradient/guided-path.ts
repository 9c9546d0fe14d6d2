/** One step of guided integrated gradients' path: which pixels move, and how far. All in float64, shares of the way in [0, 1]. */

export interface Ways {
  readonly start: Float64Array
  readonly end: Float64Array
}

export interface Step {
  /** Where on the way the step ends: the distance that is left is (1 - share) times the whole. */
  readonly share: number
  /** How far from the straight path a pixel may be, as a share of its way. */
  readonly slack: number
  /** The share of the pixels, those with the smallest derivatives, that moves at once. */
  readonly fraction: number
}

/**
 * Moves `x` on: pixels that lag too far behind are taken along; then, until the L1 distance to the end has shrunk to its target,
 * the `fraction` of the pixels with the smallest |gradient|, of those that may still move, goes as far ahead as it may.
 * What the moves add to the attribution, gradient times move, is added to `total`.
 */
export function advance(
  x: Float64Array,
  gradient: ArrayLike<number>,
  total: Float64Array,
  ways: Ways,
  step: Step,
): void {
  const { start, end } = ways
  const { share, slack, fraction } = step
  const [least, most] = [Math.max(0, share - slack), Math.min(1, share + slack)]
  const along = (i: number, part: number) =>
    part === 1 ? (end[i] as number) : (start[i] as number) + part * ((end[i] as number) - (start[i] as number))
  const move = (i: number, to: number) => {
    total[i] = (total[i] as number) + (gradient[i] as number) * (to - (x[i] as number))
    x[i] = to
  }
  let whole = 0
  let left = 0
  for (let i = 0; i < x.length; i++) {
    const way = (end[i] as number) - (start[i] as number)
    whole += Math.abs(way)
    // A pixel without a way is at its end: nothing to take along.
    if (way !== 0 && ((x[i] as number) - (start[i] as number)) / way < least) move(i, along(i, least))
    left += Math.abs((end[i] as number) - (x[i] as number))
  }
  const target = whole * (1 - share)
  const size = Float64Array.from(gradient, Math.abs)
  const free = (i: number) => size[i] !== Number.POSITIVE_INFINITY
  while (left - target > 1e-9 * whole) {
    for (let i = 0; i < x.length; i++) if (x[i] === along(i, most)) size[i] = Number.POSITIVE_INFINITY
    const limit = lowerQuantile(size, fraction)
    let reach = 0
    for (let i = 0; i < x.length; i++)
      if (free(i) && (size[i] as number) <= limit) reach += Math.abs((x[i] as number) - along(i, most))
    if (reach === 0) return
    const part = (left - target) / reach
    for (let i = 0; i < x.length; i++)
      if (free(i) && (size[i] as number) <= limit) {
        const [from, to] = [x[i] as number, along(i, most)]
        move(i, part >= 1 ? to : from + part * (to - from))
      }
    left -= Math.min(1, part) * reach
  }
}

/** The element below which the share of the list lies: numpy's quantile with the method 'lower'. */
function lowerQuantile(values: Float64Array, share: number): number {
  return values.slice().sort()[Math.floor(share * (values.length - 1))] as number
}
