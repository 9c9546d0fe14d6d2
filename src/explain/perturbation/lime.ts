/**
 * Which regions would a linear model of the score, fitted around the image, count on?
 * M = the coefficients of a ridge (or lasso) of f on which regions are in sight; samples near the image weigh more.
 * Ribeiro, Singh, Guestrin: "Why should I trust you?" (2016), arXiv 1602.04938.
 * Warning: kernel, its width and the penalty decide the map as much as the model does; the certificate says them.
 */

import { FoveaError } from '../../error/index.ts'
import { Moments } from '../gradient/moments.ts'
import { seedOption } from '../gradient/noise.ts'
import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { bitsOf, drawCoalition } from './draws.ts'
import { gameOf, groupOptions } from './groups.ts'
import { hiddenPictures } from './hidden.ts'
import { centred, influences, lasso, type Problem, ridge } from './least-squares.ts'

const number = { min: 0, max: 1e9 } as const

export const lime: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'lime',
  title: 'LIME',
  family: 'perturbation',
  question: 'Which regions would a linear model of the score, fitted around the image, count on?',
  formula: 'argmin_b sum w (f - c - b z)^2 + alpha |b|, w = exp(-d^2 / kernel^2)',
  reference: 'Ribeiro, Singh, Guestrin 2016, arXiv:1602.04938',
  warning: 'Kernel, width and penalty decide the map as much as the model does: compare only what has the same.',
  cost: 'samples + 2',
  options: {
    samples: {
      default: 1000,
      min: 2,
      max: 1_000_000,
      whole: true,
      describe: 'how many images with random regions in sight; all of them when there are no more',
    },
    penalty: {
      default: 'ridge',
      choices: ['ridge', 'lasso'],
      describe: 'the penalty: squares, or sizes (few regions)',
    },
    alpha: { default: 1, ...number, describe: 'the strength of the penalty' },
    kernel: { default: 0.25, min: 1e-6, max: 1e9, describe: 'how far samples count: w = exp(-d^2 / kernel^2)' },
    distance: {
      default: 'regions',
      choices: ['regions', 'pixels'],
      describe: 'd: cosine distance of the lists of regions in sight, or of the pixels',
    },
    ...groupOptions,
    seed: { ...seedOption, describe: 'of the samples' },
  },
  like: {
    captum: {
      options: { samples: 50, penalty: 'lasso', alpha: 0.01, kernel: Math.SQRT2, distance: 'pixels', baseline: 'mean' },
      note: 'exact where all images fit; the random numbers are its own',
    },
    xplique: { options: { samples: 150, alpha: 2, kernel: 45 }, note: 'its regions are of quickshift' },
  },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'signed',
  async run(study, options) {
    const { samples, seed, kernel, alpha } = options as { samples: number; seed: number; kernel: number; alpha: number }
    const game = await gameOf(study, options)
    const { players } = game
    const complete = 2 ** players <= samples
    const rows: Uint8Array[] = []
    const targets: number[] = []
    const weights: number[] = []
    const taken = await game.asked.each(
      complete ? 2 ** players : samples,
      (i, place) => {
        // The image itself is the first sample.
        const row = complete
          ? bitsOf(2 ** players - 1 - i, players)
          : i === 0
            ? new Uint8Array(players).fill(1)
            : drawCoalition(seed, i, players)
        rows[i] = row
        const image = game.show((k) => row[k] as number, place)
        const far =
          options.distance === 'pixels'
            ? cosineDistance(image.data, study.input.data)
            : cosineDistance(row, new Uint8Array(players).fill(1))
        weights[i] = Math.exp(-((far / kernel) ** 2))
        return image
      },
      (i, { score }) => {
        targets[i] = scalarOf(score)
      },
      { anytime: true },
    )
    if (!(weights.slice(0, taken).reduce((a, b) => a + b, 0) > 0))
      throw new FoveaError('FOVEA_USAGE', `No sample lies within the kernel's width ${kernel}: make it larger.`)
    const problem = centred({ rows, targets, weights })
    const coefficients = options.penalty === 'lasso' ? lasso(problem, alpha) : ridge(problem, alpha)
    const known = complete || options.penalty === 'lasso' || taken <= players + 1
    return {
      map: game.map(coefficients),
      ...(known ? {} : { standardError: game.map(errors(problem, alpha, coefficients)) }),
      details: { seed, samples: taken, regions: players, complete, fit: fit(problem, coefficients) },
    }
  },
}

/** 1 - a b / (|a| |b|); nothing at all is one away from anything. */
function cosineDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] as number) * (b[i] as number)
    aa += (a[i] as number) ** 2
    bb += (b[i] as number) ** 2
  }
  return aa === 0 || bb === 0 ? 1 : 1 - dot / Math.sqrt(aa * bb)
}

/** Standard errors of a ridge: the sandwich over the drawn samples; the first, the image itself, is the same in every fit. (A lasso's coefficients have none: they stick at zero.) */
function errors(problem: Problem, alpha: number, b: Float64Array): Float64Array {
  const moments = new Moments(b.length)
  const [, ...drawn] = influences(problem, alpha, b, true)
  for (const parts of drawn) moments.add(parts)
  // Their mean is not 0 but what the penalty and the image took: no error.
  return moments.variance().map((variance) => Math.sqrt(variance * moments.count))
}

/** R^2: the share of the weighed variance that the linear model explains. */
function fit({ rows, targets, weights }: Parameters<typeof ridge>[0], b: Float64Array): number {
  let [left, all] = [0, 0]
  rows.forEach((row, i) => {
    const guess = b.reduce((sum, value, j) => sum + value * (row[j] as number), 0)
    left += (weights[i] as number) * ((targets[i] as number) - guess) ** 2
    all += (weights[i] as number) * (targets[i] as number) ** 2
  })
  return all === 0 ? 1 : 1 - left / all
}
