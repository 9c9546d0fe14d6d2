/** Medians and quartiles: what is printed of noisy times. */

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  const a = sorted[low] as number
  return a + ((sorted[Math.min(low + 1, sorted.length - 1)] as number) - a) * (at - low)
}

export const median = (values: readonly number[]) => quantile(values, 0.5)

/** `1.23 (1.19-1.30)`: the median and the middle half. */
export function spread(values: readonly number[], digits = 2): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits))
  return `${middle} (${low}-${high})`
}

/** The label with the smaller median, of those that were measured. */
export function bestOf(
  times: Readonly<Record<string, readonly number[]>>,
  labels: readonly string[],
): string | undefined {
  const [best] = labels
    .filter((label) => times[label])
    .toSorted((a, b) => median(times[a] ?? []) - median(times[b] ?? []))
  return best
}
