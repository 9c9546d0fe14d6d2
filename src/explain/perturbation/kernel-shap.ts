/**
 * What does each region add, on the mean over all coalitions of the others?
 * M = argmin over phi with sum phi = f(x) - f(baseline) of sum_S k(S) (f(S) - f(baseline) - sum of phi in S)^2,
 * k(S) = (P - 1) / (C(P, s) s (P - s)); all coalitions when they are no more than the samples.
 * Lundberg, Lee: A unified approach to interpreting model predictions (2017), arXiv 1705.07874.
 * Warning: an estimate; images with few regions in sight are unlike any that the model was trained on.
 */

import { seedOption } from '../gradient/noise.ts'
import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { bitsOf, drawByShapleyKernel } from './draws.ts'
import { gameOf, groupOptions } from './groups.ts'
import { hiddenPictures } from './hidden.ts'
import { influences, type Problem, ridge } from './least-squares.ts'

export const kernelShap: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'kernel-shap',
  title: 'KernelSHAP',
  family: 'perturbation',
  question: 'What does each region add, on the mean over all coalitions of the others?',
  formula: 'weighted least squares of f(S) on who is in S, with sum phi = f(x) - f(b)',
  reference: 'Lundberg, Lee 2017, arXiv:1705.07874',
  warning: 'An estimate; images with few regions in sight are unlike any that the model was trained on.',
  cost: 'samples + 2',
  options: {
    samples: {
      default: 1000,
      min: 2,
      max: 1_000_000,
      whole: true,
      describe: 'how many coalitions; all of them when there are no more',
    },
    ...groupOptions,
    seed: { ...seedOption, describe: 'of the coalitions' },
  },
  like: {
    captum: {
      options: { samples: 25, baseline: 'mean' },
      note: 'exact where all coalitions fit; the random numbers are its own',
    },
    xplique: {
      options: { samples: 800 },
      note: 'it does not hold the parts to their sum; its regions are of quickshift',
    },
  },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'signed',
  async run(study, options) {
    const { samples, seed } = options as { samples: number; seed: number }
    const game = await gameOf(study, options)
    const { players, full, empty } = game
    const all = 2 ** players - 2
    const complete = all <= samples
    const count = complete ? all : samples
    const coalition = (i: number) => (complete ? bitsOf(i + 1, players) : drawByShapleyKernel(seed, i, players))
    const rows: Uint8Array[] = []
    const gains: number[] = []
    const taken = await game.asked.each(
      count,
      (i, place) => {
        const present = coalition(i)
        rows[i] = present
        return game.show((k) => present[k] as number, place)
      },
      (i, { score }) => {
        gains[i] = scalarOf(score) - empty
      },
      { anytime: true },
    )
    const few = !complete && taken < 2 * players
    const problem = { rows, targets: gains, weights: rows.map((row) => (complete ? kernel(row) : 1)) }
    const phi = constrained(problem, full - empty, few ? 1 : 0)
    return {
      map: game.map(phi),
      ...(complete || few ? {} : { standardError: game.map(pairedErrors(problem, full - empty, phi)) }),
      sums: { sum: phi.reduce((a, b) => a + b, 0), promised: full - empty },
      details: { seed, coalitions: taken, regions: players, complete: complete && taken === count },
      notes: few
        ? [
            `${taken} coalitions hardly tell ${players} regions apart: the parts are drawn towards an equal share. Take at least ${2 * players}.`,
          ]
        : [],
    }
  },
}

/** (P - 1) / (C(P, s) s (P - s)) */
export function kernel(row: Uint8Array): number {
  const players = row.length
  const size = row.reduce((sum, bit) => sum + bit, 0)
  let ways = 1
  for (let k = 1; k <= size; k++) ways = (ways * (players - size + k)) / k
  return (players - 1) / (ways * size * (players - size))
}

interface Coalitions {
  readonly rows: readonly Uint8Array[]
  readonly targets: readonly number[]
  readonly weights: readonly number[]
}

/**
 * Least squares with the parts held to their sum: the last part is the sum less the others.
 * @param draw the weight of one more coalition for each player, alone, that got an equal share
 */
export function constrained({ rows, targets, weights }: Coalitions, sum: number, draw: number): Float64Array {
  const players = rows[0]?.length ?? 1
  const alone = Array.from({ length: draw > 0 ? players : 0 }, (_, i) =>
    Uint8Array.from({ length: players }, (_, k) => (k === i ? 1 : 0)),
  )
  const all = [...rows, ...alone]
  const gains = [...targets, ...alone.map(() => sum / players)]
  const others = ridge(
    withoutLast({ rows: all, targets: gains, weights: [...weights, ...alone.map(() => draw)] }, sum),
    0,
  )
  return Float64Array.of(...others, sum - others.reduce((a, b) => a + b, 0))
}

function withoutLast({ rows, targets, weights }: Coalitions, sum: number): Problem {
  const last = (rows[0]?.length ?? 1) - 1
  return {
    rows: rows.map((row) => Float64Array.from({ length: last }, (_, k) => (row[k] as number) - (row[last] as number))),
    targets: targets.map((gain, i) => gain - (rows[i]?.[last] as number) * sum),
    weights,
  }
}

/** Standard errors of `constrained`: the sandwich over pairs, for the two of a pair are not independent. */
function pairedErrors(coalitions: Coalitions, sum: number, phi: Float64Array): Float64Array {
  const problem = withoutLast(coalitions, sum)
  const last = phi.length - 1
  const squares = new Float64Array(phi.length)
  let odd: Float64Array | undefined
  const add = (parts: Float64Array) => {
    parts.forEach((part, k) => {
      squares[k] = (squares[k] as number) + part ** 2
    })
    squares[last] = (squares[last] as number) + parts.reduce((a, b) => a + b, 0) ** 2
  }
  for (const parts of influences(problem, 0, phi.subarray(0, last), false)) {
    const before = odd
    odd = before ? undefined : parts
    if (before) add(parts.map((part, k) => part + (before[k] as number)))
  }
  if (odd) add(odd)
  return squares.map(Math.sqrt)
}
