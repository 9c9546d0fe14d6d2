/**
 * On which cells does the score depend, in whatever way, when cells are hidden at random?
 * M = HSIC(cell, score) = tr(K H L H) / (n - 1)^2, K: whether the cell agrees, L = exp(-(f - f')^2 / (2 s^2)), s the median distance.
 * Novello, Fel, Vigouroux: Making sense of dependence (2022), arXiv 2206.06219; Gretton et al. 2005.
 * Warning: it says that the score depends on the cell, not in which direction.
 */

import { FoveaError } from '../../error/index.ts'
import { random } from '../../tensor/index.ts'
import { Moments } from '../gradient/moments.ts'
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
      (i, place) => {
        const draws = random(seed, i + 1).uniforms(grid.cells)
        const mask = Float32Array.from(draws, (u) => (u < 0.5 ? 1 : 0))
        masks[i] = mask
        return hidden.partly(grid.enlarged(mask), place)
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
    const { values, errors } = dependence(masks, scores)
    return {
      map: grid.map(values),
      standardError: grid.map(errors),
      details: { seed, masks: taken, cells: options.cells as number },
    }
  },
}

export interface Dependence {
  readonly values: Float64Array
  /** The jackknife's: over samples left out one by one, with the kernel's width held. Too large where nothing depends,
   * too small (.55 of the scatter over seeds, for a score of 16 values) where the score takes few values and the width jumps. */
  readonly errors: Float64Array
}

/** HSIC of each cell (in sight or not) and the score. */
export function dependence(
  masks: readonly ArrayLike<number>[],
  scores: readonly number[],
  width = medianDistance(scores),
): Dependence {
  const n = scores.length
  const outputs = centredKernel(scores, width)
  const cells = masks[0]?.length ?? 0
  const sums = new Float64Array(cells)
  const without = Array.from({ length: cells }, () => new Float64Array(n))
  const ones = Float64Array.from({ length: cells }, (_, c) => masks.reduce((sum, mask) => sum + (mask[c] as number), 0))
  for (let j = 0; j < n; j++) {
    const a = masks[j] as ArrayLike<number>
    const row = new Float64Array(cells)
    for (let k = 0; k < n; k++) {
      const weight = outputs[j * n + k] as number
      const b = masks[k] as ArrayLike<number>
      for (let c = 0; c < cells; c++) if (a[c] === b[c]) row[c] = (row[c] as number) + weight
    }
    for (let c = 0; c < cells; c++) {
      sums[c] = (sums[c] as number) + (row[c] as number)
      ;(without[c] as Float64Array)[j] = row[c] as number
    }
  }
  const errors = without.map((rows, c) => {
    const [inSight, moments] = [ones[c] as number, new Moments(1)]
    const [all, sum] = [inSight ** 2 + (n - inSight) ** 2, sums[c] as number]
    // tr(K H L H) without sample j; H L H =: l adds up to 0 along each row, so that few terms are left.
    rows.forEach((r, j) => {
      const shown = masks[j]?.[c] === 1
      const [alike, own] = [shown ? inSight : n - inSight, outputs[j * n + j] as number]
      const cross = r - own - ((shown ? r : -r) * (2 * inSight - n) - alike * own)
      const rest = all - 2 * alike + 1
      moments.add([(sum - 2 * r + own - (2 * cross) / (n - 1) + (rest * own) / (n - 1) ** 2) / (n - 2) ** 2])
    })
    return Math.sqrt(((n - 1) ** 2 / n) * (moments.variance()[0] as number))
  })
  return { values: sums.map((sum) => sum / (n - 1) ** 2), errors: Float64Array.from(errors) }
}

export function medianDistance(scores: readonly number[]): number {
  const ways = scores.flatMap((one, j) => scores.slice(0, j).map((other) => Math.abs(one - other)))
  ways.sort((a, b) => a - b)
  return (ways[Math.floor(ways.length / 2)] as number) || 1
}

/** H L H of the Gaussian kernel of that width. */
function centredKernel(scores: readonly number[], width: number): Float64Array {
  const n = scores.length
  const kernel = Float64Array.from({ length: n * n }, (_, i) => {
    const way = (scores[Math.floor(i / n)] as number) - (scores[i % n] as number)
    return Math.exp(-(way ** 2) / (2 * width ** 2))
  })
  const means = Float64Array.from(
    { length: n },
    (_, j) => kernel.subarray(j * n, (j + 1) * n).reduce((a, b) => a + b) / n,
  )
  const all = means.reduce((a, b) => a + b) / n
  return kernel.map((value, i) => value - (means[Math.floor(i / n)] as number) - (means[i % n] as number) + all)
}
