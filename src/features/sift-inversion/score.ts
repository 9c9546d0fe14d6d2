/** How near a SIFT inversion comes: to the photograph, and to the descriptors it was made from. */

import { blur } from '../../image/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { correlation } from '../hog-inversion/index.ts'
import type { Keypoint } from '../sift/index.ts'
import type { SiftInversion } from './invert.ts'
import { describeAt, descriptorDistance } from './redescribe.ts'

/** The blurred photograph that an inversion has to beat. */
export const rivalSigma = 4

export interface Score {
  /** of the grey values, -1..1 */
  readonly correlation: number
  /** mean distance of the inversion's descriptors at the keypoints to the given ones, of length 512 */
  readonly inversion: number
  /** the same of the photograph blurred by `rivalSigma` pixels */
  readonly blurred: number
  /** share of the pixels that a region covers */
  readonly covered: number
}

export function scoreOf(
  { plane, coverage }: SiftInversion,
  photograph: Plane,
  keypoints: readonly Keypoint[],
  data: ArrayLike<number>,
): Score {
  const distance = (other: Plane) => descriptorDistance(describeAt(other, keypoints), data)
  return {
    correlation: correlation(plane, photograph),
    inversion: distance(stretched(plane)),
    blurred: distance(blur(photograph, rivalSigma)),
    covered: coverage.reduce((n, c) => n + (c > 0 ? 1 : 0), 0) / coverage.length,
  }
}

/** To 0..255: descriptors do not care about the scale, their rounding might. */
function stretched({ width, height, data }: Plane): Plane {
  const low = data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return { width, height, data: data.map((v) => (high > low ? (255 * (v - low)) / (high - low) : 128)) }
}
