/**
 * SIFT: keypoints that keep their place, size and direction when the image is moved, turned, scaled or relit, and a vector
 * that describes what lies around each (Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", IJCV 60, 2004).
 */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { type Borrowed, borrow, type ScaleSpace, type ScaleSpaceOptions, scaleSpace } from '../scale-space/index.ts'
import { describe } from './descriptor.ts'
import { detect } from './detect.ts'
import { arctangent } from './gradient.ts'
import { type Candidate, type Keypoint, type Mode, type Outcome, outcomes } from './keypoint.ts'
import { orientation } from './orientation.ts'

export interface SiftOptions extends Omit<ScaleSpaceOptions, 'upsample'> {
  /** default aligned */
  readonly mode?: Mode
  /** Start at the image doubled (default), or at its own pixels: a quarter of the time, without the finest points. */
  readonly double?: boolean
  /** Least contrast times S for grey values from 0 to 1 (default 0.04, OpenCV's; Lowe's 0.03 is this 0.09). */
  readonly contrast?: number
  /** Largest ratio of the principal curvatures (default 10). */
  readonly edge?: number
  /** Keep so many keypoints of the largest response, ties included; 0 (default) keeps all. */
  readonly most?: number
}

/** `count` vectors of `dim` whole numbers, one after another. */
export interface Descriptors {
  readonly count: number
  readonly dim: number
  readonly data: Uint8Array | Int16Array
  /** Their Euclidean length, but for rounding and saturation: 512 for SIFT. */
  readonly length: number
}

export interface Sift {
  readonly space: ScaleSpace
  readonly candidates: readonly Candidate[]
  readonly counts: Readonly<Record<Outcome, number>>
  /** One for each direction of each kept candidate. */
  readonly keypoints: readonly Keypoint[]
  readonly descriptors: Descriptors
}

/**
 * @param plane grey values from 0 to 255
 * @throws FoveaError as scaleSpace; FOVEA_USAGE for limits that are not positive
 */
export function sift(plane: Plane, options: SiftOptions = {}): Sift {
  const { mode = 'aligned', double = true, contrast = 0.04, edge = 10, most = 0 } = options
  if (!(contrast >= 0 && edge >= 1 && most >= 0))
    throw new FoveaError(
      'FOVEA_USAGE',
      `contrast and most must not be negative and edge not below 1: got ${contrast}, ${most}, ${edge}.`,
    )
  const space = scaleSpace(plane, { ...options, upsample: double ? mode : 'none' })
  const half = (0.5 * contrast * 255) / space.layers
  const limits = { contrast, edge, reach: mode === 'opencv' ? 0.5 : 0.6, polish: mode === 'aligned' }
  return borrow(space, (open) => {
    const candidates = detect(space, open, limits, mode === 'opencv' ? Math.floor(half) : half)
    const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
    for (const { outcome } of candidates) counts[outcome]++
    const kept = candidates.filter(({ outcome }) => outcome === 'kept')
    const keypoints = strongest(kept.flatMap(turn(open, mode)), most)
    return { space, candidates, counts, keypoints, descriptors: describeAll(open, keypoints, mode) }
  })
}

const level = ({ octaves }: Borrowed, octave: number, layer: number) => octaves[octave]?.gaussian[layer] as Plane

/** A candidate with each of its directions. OpenCV looks around the whole pixel, `aligned` around the place itself. */
function turn(open: Borrowed, mode: Mode) {
  const options = { arctangent: arctangent[mode], share: mode === 'aligned', loops: open.planes }
  return ({ settled, spot, offset, contrast }: Candidate): Keypoint[] => {
    const { octave, layer, column, row } = settled
    const { x, y } = spot
    const [dx, dy] = mode === 'aligned' ? offset : [0, 0]
    const sigma = spot.sigma / (open.octaves[octave]?.step as number)
    const { peaks } = orientation(level(open, octave, layer), column + dx, row + dy, sigma, options)
    return peaks.map((angle) => ({ x, y, sigma: spot.sigma, angle, response: Math.abs(contrast), octave, layer }))
  }
}

function strongest(keypoints: readonly Keypoint[], most: number): readonly Keypoint[] {
  if (most === 0 || keypoints.length <= most) return keypoints
  const least = keypoints.map(({ response }) => response).sort((a, b) => b - a)[most - 1] as number
  return keypoints.filter(({ response }) => response >= least)
}

function describeAll(open: Borrowed, keypoints: readonly Keypoint[], mode: Mode): Descriptors {
  const data = new Uint8Array(128 * keypoints.length)
  const options = { arctangent: arctangent[mode], loops: open.planes }
  keypoints.forEach(({ x, y, sigma, angle, octave, layer }, i) => {
    const step = open.octaves[octave]?.step as number
    const sample = mode === 'opencv' ? (v: number) => Math.round(v / step) : (v: number) => v / step
    describe(level(open, octave, layer), sample(x), sample(y), sigma / step, angle, options, data, 128 * i)
  })
  return { count: keypoints.length, dim: 128, data, length: 512 }
}
