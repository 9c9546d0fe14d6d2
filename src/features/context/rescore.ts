/**
 * A second round in which the labels weigh one another: a label that does not fit its company falls.
 *   s'_i = sigmoid(logit(s_i) + lambda · sum_j s_j PMI(i, j)), j over the detections of other regions
 * Only labels count, not where they are. After A. Rabinovich et al., "Objects in context", ICCV 2007.
 */

import { FoveaError } from '../../error/index.ts'
import { type Pmi, pmiOf } from './co-occurrence.ts'

export interface Detection {
  readonly label: string
  /** Probability, 0..1. */
  readonly score: number
  /** Detections of one region are alternatives and no company for one another. Default: a region of its own. */
  readonly region?: string | number
}

export interface Rescored extends Detection {
  /** s' */
  readonly rescored: number
  /** lambda · s_j · PMI(i, j) of each companion, strongest first: why it moved, in logits. */
  readonly reasons: readonly { readonly label: string; readonly logits: number }[]
}

/** @throws FoveaError FOVEA_USAGE for a score outside 0..1 or a lambda that is no number from 0 up */
export function rescore(detections: readonly Detection[], table: Pmi, lambda = 1): Rescored[] {
  if (!(lambda >= 0 && Number.isFinite(lambda)))
    throw new FoveaError('FOVEA_USAGE', `The weight of the context must be a number from 0 up, not ${lambda}.`)
  for (const { label, score } of detections)
    if (!(score >= 0 && score <= 1))
      throw new FoveaError('FOVEA_USAGE', `The score of '${label}' must be a probability from 0 to 1, not ${score}.`)
  return detections.map((detection, i) => {
    const reasons = detections
      .filter((other, j) => j !== i && (other.region === undefined || other.region !== detection.region))
      .map((other) => ({
        label: other.label,
        logits: lambda * other.score * pmiOf(table, detection.label, other.label),
      }))
      .sort((a, b) => Math.abs(b.logits) - Math.abs(a.logits))
    const shift = reasons.reduce((sum, { logits }) => sum + logits, 0)
    return { ...detection, rescored: shift === 0 ? detection.score : sigmoid(logit(detection.score) + shift), reasons }
  })
}

/** Certainty stays arguable: probabilities are kept a millionth away from 0 and 1. */
function logit(p: number): number {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, p))
  return Math.log(inside / (1 - inside))
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
