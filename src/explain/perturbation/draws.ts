/** Random orders and coalitions, each a pure function of the seed and its number. */

import { random } from '../../tensor/index.ts'

/** The numbers 0 … count - 1 in a random order (Fisher and Yates). */
export function drawOrder(seed: number, i: number, count: number): Int32Array {
  const draws = random(seed, i + 1)
  const order = Int32Array.from({ length: count }, (_, k) => k)
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(draws.uniform(k) * (k + 1))
    ;[order[k], order[other]] = [order[other] as number, order[k] as number]
  }
  return order
}

/** The bits of `i`: coalition number i of `players`. */
export const bitsOf = (i: number, players: number): Uint8Array =>
  Uint8Array.from({ length: players }, (_, k) => Math.floor(i / 2 ** k) % 2)

/** Each of the players in with probability 1/2. */
export function drawCoalition(seed: number, i: number, players: number): Uint8Array {
  const draws = random(seed, i + 1)
  return Uint8Array.from({ length: players }, (_, k) => (draws.uniform(k) < 0.5 ? 1 : 0))
}

/**
 * A coalition of 1 … players - 1, its size drawn by the Shapley kernel's mass 1 / (s (players - s)), in pairs: each odd number is
 * the complement of the one before (Covert, Lee 2021: less variance).
 */
export function drawByShapleyKernel(seed: number, i: number, players: number): Uint8Array {
  const pair = Math.floor(i / 2)
  const masses = Float64Array.from({ length: players - 1 }, (_, s) => 1 / ((s + 1) * (players - s - 1)))
  let left = random(seed, pair + 1).uniform(players) * masses.reduce((a, b) => a + b, 0)
  let size = 1
  while (size < players - 1 && left >= (masses[size - 1] as number)) left -= masses[size++ - 1] as number
  const coalition = new Uint8Array(players)
  for (const player of drawOrder(seed, pair, players).subarray(0, size)) coalition[player] = 1
  return i % 2 === 0 ? coalition : coalition.map((bit) => 1 - bit)
}
