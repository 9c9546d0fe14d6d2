/** Spearman's rank correlation of two maps, ties with their average rank; NaN where one of them is constant. */

export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b))
}

/** Ranks from 0; values that are equal share the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (i, j) => (values[i] as number) - (values[j] as number),
  )
  const out = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++
    for (let i = from; i < to; i++) out[order[i] as number] = (from + to - 1) / 2
    from = to
  }
  return out
}

export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length
  let [meanA, meanB] = [0, 0]
  for (let i = 0; i < n; i++) [meanA, meanB] = [meanA + (a[i] as number) / n, meanB + (b[i] as number) / n]
  let [cross, squareA, squareB] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const [x, y] = [(a[i] as number) - meanA, (b[i] as number) - meanB]
    cross += x * y
    squareA += x * x
    squareB += y * y
  }
  return cross / Math.sqrt(squareA * squareB)
}
