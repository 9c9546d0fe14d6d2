/** Distances between arrays of numbers. */

/** |a - b| / |b|, Euclidean; 0 when both are all zero. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let size = 0
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2
    size += (b[i] as number) ** 2
  }
  return difference === 0 ? 0 : Math.sqrt(difference / size)
}

/** The largest |a - b| over the largest |b|. */
export function largestError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let size = 0
  for (let i = 0; i < b.length; i++) {
    const gap = Math.abs((a[i] as number) - (b[i] as number))
    if (Number.isNaN(gap)) return Number.NaN
    difference = Math.max(difference, gap)
    size = Math.max(size, Math.abs(b[i] as number))
  }
  return difference === 0 ? 0 : difference / size
}
