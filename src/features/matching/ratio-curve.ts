/** How many matches the ratio test keeps, and how many of them are right, over its threshold. */

import type { Match } from './match.ts'

export interface RatioPoint {
  readonly ratio: number
  readonly kept: number
  readonly correct: number
}

/** @param correct by what is known of the geometry; @param steps thresholds from 1 / steps to 1 */
export function ratioCurve(
  matches: readonly Match[],
  correct: (match: Match) => boolean,
  steps = 50,
): readonly RatioPoint[] {
  const right = matches.map(correct)
  return Array.from({ length: steps }, (_, i) => {
    const ratio = (i + 1) / steps
    const kept = matches.filter((each) => each.ratio < ratio)
    return { ratio, kept: kept.length, correct: matches.filter((each, j) => each.ratio < ratio && right[j]).length }
  })
}
