/**
 * Which part of the score's variance needs this cell, alone or with others, when cells fade at random?
 * M = S_T = E[(f(A) - f(A with cell i of B))^2] / (2 Var f), A and B masks with uniform random shares (Jansen 1999).
 * Fel et al.: Look at the variance! (2021), arXiv 2111.04138.
 * Warning: it says how much, not in which direction; few designs give large errors.
 */

import { random } from '../../tensor/index.ts'
import { Moments } from '../gradient/moments.ts'
import { seedOption } from '../gradient/noise.ts'
import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { cellGrid, cellOptions } from './designs.ts'
import { hiddenIn, hiddenOptions, hiddenPictures, scoring } from './hidden.ts'

export const sobol: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'sobol',
  title: 'Sobol indices',
  family: 'perturbation',
  question: "Which part of the score's variance needs this cell, alone or with others?",
  formula: 'E (f(A) - f(A with cell i of B))^2 / (2 Var f)',
  reference: 'Fel et al. 2021, arXiv:2111.04138; Jansen 1999',
  warning: 'It says how much, not in which direction; few designs give large errors.',
  cost: 'designs x (cells^2 + 2)',
  options: {
    designs: { default: 32, min: 2, max: 100_000, whole: true, describe: 'pairs of random masks' },
    ...cellOptions,
    seed: { ...seedOption, describe: 'of the masks' },
    ...hiddenOptions,
  },
  like: { xplique: { options: { designs: 32, cells: 8 }, note: 'its masks are of a quasi-random sequence, bicubic' } },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'positive',
  async run(study, options) {
    const { designs, seed } = options as { designs: number; seed: number }
    const grid = cellGrid(study, options)
    const { cells } = grid
    const hidden = await hiddenIn(study, options)
    const asked = await scoring(study)
    const each = cells + 2
    const squares = new Moments(cells)
    const scores = new Moments(1)
    const answers = new Float64Array(each)
    /** Image k of a design: A, B, then A with one cell of B. */
    const shares = (design: number, k: number) => {
      const draws = random(seed, design + 1).uniforms(2 * cells)
      const from = k === 1 ? cells : 0
      const mask = Float32Array.from(draws.subarray(from, from + cells))
      if (k > 1) mask[k - 2] = draws[cells + k - 2] as number
      return mask
    }
    const indices = (values: ArrayLike<number>) => {
      const [variance = 0] = scores.count > 1 ? scores.variance() : []
      return Float64Array.from(values, (value) => (variance > 0 ? value / (2 * variance) : 0))
    }
    await asked.each(
      designs * each,
      (i, place) => hidden.partly(grid.enlarged(shares(Math.floor(i / each), i % each)), place),
      (i, { score }) => {
        answers[i % each] = scalarOf(score)
        if (i % each < each - 1) return
        const [a, b, ...changed] = answers as unknown as [number, number, ...number[]]
        scores.add([a])
        scores.add([b])
        squares.add(changed.map((one) => (a - one) ** 2))
      },
      { anytime: true, preview: () => grid.map(indices(squares.mean)) },
    )
    const { count } = squares
    const details = { seed, designs: count, cells: options.cells as number }
    const map = grid.map(indices(squares.mean))
    if (count < 2) return { map, details, notes: ['Fewer than two designs: there is nothing to compare yet.'] }
    const error = squares.variance().map((variance) => Math.sqrt(variance / count))
    return { map, standardError: grid.map(indices(error)), details }
  },
}
