/** All metrics of a map at once, with the centre prior always beside: a map that loses to it predicts nothing yet. */

import type { Plane } from '../../tensor/index.ts'
import { centrePrior, fixationDensity, type Point } from './fixations.ts'
import { aucJudd, cc, informationGain, kl, nss, shuffledAuc, sim } from './metrics.ts'

export interface Scores {
  readonly nss: number
  readonly cc: number
  readonly sim: number
  /** Nats; the only one of which less is better. */
  readonly kl: number
  readonly aucJudd: number
  /** Only with fixations of other images. */
  readonly shuffledAuc?: number
  /** Bits per fixation over the centre prior, whose own gain is 0. */
  readonly informationGain: number
}

export interface Scored {
  readonly map: Scores
  readonly centre: Scores
  readonly density: Plane
  readonly prior: Plane
}

export interface ScoreOptions {
  /** Of the fixation density, pixels: about one degree of visual angle. Default: 4 % of the longer side. */
  readonly sigma?: number
  /** Fixations made on other images, in pixels of this map. */
  readonly others?: readonly Point[]
}

/** @throws FoveaError FOVEA_USAGE, FOVEA_NOT_FINITE, FOVEA_SHAPE, as the metrics do */
export function scoreFixations(map: Plane, fixations: readonly Point[], options: ScoreOptions = {}): Scored {
  const { width, height } = map
  const density = fixationDensity(fixations, width, height, options.sigma ?? 0.04 * Math.max(width, height))
  const prior = centrePrior(width, height)
  const { others } = options
  const scores = (plane: Plane): Scores => ({
    nss: nss(plane, fixations),
    cc: cc(plane, density),
    sim: sim(plane, density),
    kl: kl(plane, density),
    aucJudd: aucJudd(plane, fixations),
    ...(others && { shuffledAuc: shuffledAuc(plane, fixations, others) }),
    informationGain: informationGain(plane, fixations, prior),
  })
  return { map: scores(map), centre: scores(prior), density, prior }
}
