/**
 * The directions of a keypoint: a histogram of the gradients around it, weighted by length and a Gaussian of 1.5 sigma;
 * every local peak of at least 0.8 of the highest is a direction (Lowe 2004, section 5).
 */

import type { Plane } from '../../tensor/index.ts'
import { roundEven } from '../round-even.ts'
import { type Arctangent, type SiftLoops, siftTwin, type Window } from '../wasm/index.ts'

export interface OrientationOptions {
  /** 36 (default), or 8 for a picture of the idea; below 16 the histogram is not smoothed. */
  readonly bins?: number
  /** See gradient.ts. */
  readonly arctangent: Arctangent
  /** Each gradient votes for the two bins beside it, not for the nearest one. */
  readonly share: boolean
  /** Those of the memory that holds the level are faster. */
  readonly loops?: SiftLoops
}

export interface Orientation {
  /** Bin i is centred on the direction 360 i / bins degrees, from +x towards +y. */
  readonly votes: Float64Array
  /** The votes after one pass of [1 4 6 4 1] / 16 around the circle. */
  readonly smooth: Float64Array
  /** Degrees, 0 … 360, refined by a parabola through three bins. */
  readonly peaks: readonly number[]
}

/** @param x, y centre in samples of the level; whole or between; @param sigma in samples */
export function orientation(
  level: Plane,
  x: number,
  y: number,
  sigma: number,
  options: OrientationOptions,
): Orientation {
  const { bins = 36 } = options
  const votes = collect(level, x, y, sigma, bins, options)
  const at = (i: number) => votes[(i + bins) % bins] as number
  const smooth =
    bins < 16 ? votes : votes.map((v, i) => (at(i - 2) + at(i + 2) + 4 * (at(i - 1) + at(i + 1)) + 6 * v) / 16)
  return { votes, smooth, peaks: peaksOf(smooth) }
}

function collect(
  level: Plane,
  x: number,
  y: number,
  sigma: number,
  bins: number,
  { arctangent, share, loops = siftTwin }: OrientationOptions,
): Float64Array {
  const window = windowOf(level, x, y, roundEven(4.5 * sigma), -1 / (2 * (1.5 * sigma) ** 2), arctangent)
  const pairs = loops.directions(level, window, bins, share)
  const votes = unpaired(pairs, 0, bins)
  // A direction of nearly 360 degrees may fall into bin `bins`, which is bin 0.
  votes[0] = (votes[0] as number) + (pairs[2 * bins] as number)
  votes[1 % bins] = (votes[1 % bins] as number) + (pairs[2 * bins + 1] as number)
  return votes
}

/** What each bin of a circle got itself, and what the one before it passed on; from pair `first` on. */
export function unpaired(pairs: Float64Array, first: number, bins: number): Float64Array {
  const votes = new Float64Array(bins)
  for (let i = 0; i < bins; i++) {
    const before = first + ((i + bins - 1) % bins)
    votes[i] = (pairs[2 * (first + i)] as number) + (pairs[2 * before + 1] as number)
  }
  return votes
}

/** The samples within `radius` of the one nearest to (x, y) that have a gradient, weighted by exp(fall * distance^2). */
export function windowOf(
  { width, height }: Plane,
  x: number,
  y: number,
  radius: number,
  fall: number,
  arctangent: Arctangent,
): Window {
  const [column, row] = [roundEven(x), roundEven(y)]
  const left = Math.max(1, column - radius)
  const right = Math.min(width - 2, column + radius)
  const top = Math.max(1, row - radius)
  const bottom = Math.min(height - 2, row + radius)
  const along = gaussians(left - x, right - x, fall)
  return { left, right, top, bottom, along, down: gaussians(top - y, bottom - y, fall), arctangent }
}

/** exp(fall * d^2) for d = from, from + 1, … to. */
function gaussians(from: number, to: number, fall: number): Float64Array {
  const weights = new Float64Array(Math.max(0, Math.round(to - from) + 1))
  for (let i = 0; i < weights.length; i++) weights[i] = Math.exp((from + i) ** 2 * fall)
  return weights
}

function peaksOf(histogram: Float64Array): number[] {
  const bins = histogram.length
  const least = 0.8 * histogram.reduce((a, b) => Math.max(a, b), 0)
  const peaks: number[] = []
  for (let i = 0; i < bins; i++) {
    const here = histogram[i] as number
    const before = histogram[(i + bins - 1) % bins] as number
    const after = histogram[(i + 1) % bins] as number
    if (!(here > before && here > after && here >= least)) continue
    const shift = (before - after) / (2 * (before - 2 * here + after))
    peaks.push((((i + shift + bins) % bins) * 360) / bins)
  }
  return peaks
}
