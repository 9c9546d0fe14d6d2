/**
 * On which cells does the score depend, in whatever way, when cells are hidden at random?
 * M = HSIC(cell, score) = tr(K H L H) / (n - 1)^2, K: whether the cell agrees, L = exp(-(f - f')^2 / (2 s^2)), s the median distance.
 * Novello, Fel, Vigouroux: Making sense of dependence (2022), arXiv 2206.06219; Gretton et al. 2005.
 * Warning: it says that the score depends on the cell, not in which direction.
 */

import { FoveaError } from '../../error/index.ts'
import { random } from '../../tensor/index.ts'
import { seedOption } from '../gradient/noise.ts'
import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { cellGrid, cellOptions } from './designs.ts'
import { hiddenIn, hiddenOptions, hiddenPictures, scoring } from './hidden.ts'

export const hsic: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'hsic',
  title: 'HSIC',
  family: 'perturbation',
  question: 'On which cells does the score depend, in whatever way?',
  formula: 'tr(K H L H) / (n - 1)^2',
  reference: 'Novello, Fel, Vigouroux 2022, arXiv:2206.06219',
  warning: 'It says that the score depends on the cell, not in which direction.',
  cost: 'samples',
  options: {
    samples: { default: 500, min: 4, max: 20_000, whole: true, describe: 'how many masks' },
    ...cellOptions,
    seed: { ...seedOption, describe: 'of the masks' },
    ...hiddenOptions,
  },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'positive',
  async run(study, options) {
    const { samples, seed } = options as { samples: number; seed: number }
    const grid = cellGrid(study, options)
    const hidden = await hiddenIn(study, options)
    const asked = await scoring(study)
    const masks: Float32Array[] = []
    const scores: number[] = []
    const taken = await asked.each(
      samples,
      (i) => {
        const draws = random(seed, i + 1).uniforms(grid.cells)
        const mask = Float32Array.from(draws, (u) => (u < 0.5 ? 1 : 0))
        masks[i] = mask
        return hidden.partly(grid.enlarged(mask))
      },
      (i, { score }) => {
        scores[i] = scalarOf(score)
      },
      { anytime: true },
    )
    if (taken < 4)
      throw new FoveaError(
        'FOVEA_USAGE',
        `HSIC needs at least 4 masks; the budget ended after ${taken}: give it more time.`,
      )
    return { map: grid.map(dependence(masks, scores)), details: { seed, masks: taken, cells: options.cells as number } }
  },
}

/** HSIC of each cell (in sight or not) and the score. */
export function dependence(masks: readonly ArrayLike<number>[], scores: readonly number[]): Float64Array {
  const n = scores.length
  const outputs = centredKernel(scores)
  const cells = masks[0]?.length ?? 0
  const values = new Float64Array(cells)
  for (let j = 0; j < n; j++)
    for (let k = 0; k < n; k++) {
      const weight = (outputs[j * n + k] as number) / (n - 1) ** 2
      const [a, b] = [masks[j], masks[k]] as [ArrayLike<number>, ArrayLike<number>]
      for (let c = 0; c < cells; c++) if (a[c] === b[c]) values[c] = (values[c] as number) + weight
    }
  return values
}

/** H L H of the Gaussian kernel with the median distance. */
function centredKernel(scores: readonly number[]): Float64Array {
  const n = scores.length
  const ways: number[] = []
  for (let j = 0; j < n; j++)
    for (let k = 0; k < j; k++) ways.push(Math.abs((scores[j] as number) - (scores[k] as number)))
  ways.sort((a, b) => a - b)
  const median = (ways[Math.floor(ways.length / 2)] as number) || 1
  const kernel = Float64Array.from({ length: n * n }, (_, i) => {
    const way = (scores[Math.floor(i / n)] as number) - (scores[i % n] as number)
    return Math.exp(-(way ** 2) / (2 * median ** 2))
  })
  const means = Float64Array.from(
    { length: n },
    (_, j) => kernel.subarray(j * n, (j + 1) * n).reduce((a, b) => a + b) / n,
  )
  const all = means.reduce((a, b) => a + b) / n
  return kernel.map((value, i) => value - (means[Math.floor(i / n)] as number) - (means[i % n] as number) + all)
}
