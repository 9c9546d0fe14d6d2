/**
 * Two random walks on a small map, by their equilibrium. Every pixel is a node, joined to every other with a weight.
 *
 *   activation:     w(i, j) = d(M_i, M_j) F(i, j)    the walker is drawn to pixels unlike their surroundings
 *   concentration:  w(i, j) = A_j F(i, j)            the walker is drawn to strong activation nearby
 *   F(i, j) = exp(-|i - j|^2 / (2 sigma^2))
 *
 * Outgoing weights are divided by their sum. No power iteration is needed: symmetric weights make the walk reversible, so
 * its equilibrium is a pixel's total weight, sum_j w(i, j); and with w = A_j F the flow A_i A_j F(i, j) balances in both
 * directions, so it is A_i sum_j A_j F(i, j). (The test iterates the chains and finds the same.)
 */

import type { Plane } from '../../tensor/index.ts'

export type Dissimilarity = 'difference' | 'log-ratio'

/** Equilibrium of the activation walk, summing to 1; all zero for a constant map, where no step has a weight. */
export function activate(map: Plane, sigma: number, dissimilarity: Dissimilarity): Plane {
  const near = proximity(map, sigma)
  const values = dissimilarity === 'log-ratio' ? logs(map.data) : Float64Array.from(map.data)
  const weight = (i: number, j: number) => Math.abs((values[i] as number) - (values[j] as number))
  return equilibrium(map, near, weight)
}

/** Equilibrium of the concentration walk, summing to 1. */
export function concentrate(map: Plane, sigma: number): Plane {
  const near = proximity(map, sigma)
  const { data } = map
  return equilibrium(map, near, (i, j) => (data[i] as number) * (data[j] as number))
}

type Proximity = (dx: number, dy: number) => number

/** F of a step, from one table a direction. */
export function proximity({ width, height }: Plane, sigma: number): Proximity {
  const falloff = Float64Array.from({ length: Math.max(width, height) }, (_, d) =>
    Math.exp((-d * d) / (2 * sigma * sigma)),
  )
  return (dx, dy) => (falloff[Math.abs(dx)] as number) * (falloff[Math.abs(dy)] as number)
}

function equilibrium(map: Plane, near: Proximity, weight: (i: number, j: number) => number): Plane {
  const { width, height } = map
  const count = width * height
  const sums = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const x = i % width
    const y = Math.floor(i / width)
    let own = 0
    for (let j = 0, v = 0; v < height; v++)
      for (let u = 0; u < width; u++, j++) own += weight(i, j) * near(u - x, v - y)
    sums[i] = own
  }
  const total = sums.reduce((a, b) => a + b, 0)
  return { width, height, data: Float32Array.from(sums, (s) => (total > 0 ? s / total : 0)) }
}

/** A value of 0 has no logarithm: everything is lifted by a thousandth of the map's maximum. */
function logs(data: Float32Array): Float64Array {
  const lift = 1e-3 * data.reduce((a, b) => Math.max(a, b), 0)
  return Float64Array.from(data, (v) => Math.log(v + lift || 1))
}
