/**
 * Which keypoint of one image is which of another: the nearest descriptor, and whether it is clearly nearer than the
 * second nearest (Lowe 2004, section 7.1). Says nothing about geometry (see homography.ts).
 */

import { FoveaError } from '../../error/index.ts'
import type { Descriptors, Keypoint } from '../sift/index.ts'
import { type Engine, nearest, type Rows } from '../wasm/index.ts'

export interface Described {
  readonly keypoints: readonly Keypoint[]
  readonly descriptors: Descriptors
}

export interface MatchOptions {
  /**
   * Keep a match whose distance is below this share of the second nearest one's: 0.4 (few, sure), 0.5 (default), 0.6, 0.8
   * (many, many of them wrong where the images differ much); `adaptive`: 0.6 where the distance is below 200, else 0.4.
   */
  readonly ratio?: number | 'adaptive'
  /** Keep only matches whose second side finds the first one nearest as well (default false). */
  readonly mutual?: boolean
  /**
   * The second nearest must lie elsewhere (default true): two directions of one point are about as near as each other and
   * would make good matches look ambiguous. OpenCV and others count them.
   */
  readonly elsewhere?: boolean
  readonly engine?: Engine
}

export interface Match {
  /** Index of the keypoint in the first and in the second image. */
  readonly first: number
  readonly second: number
  /** Euclidean distance of descriptors of length 512. */
  readonly distance: number
  /** distance / the second nearest one's; 1 where there is no second. */
  readonly ratio: number
  readonly outcome: 'kept' | 'ambiguous' | 'one-sided'
}

/** The rule that is named `adaptive` keeps a nearer match more easily; distances of descriptors of length 512. */
const adaptive = { near: 200, ratio: 0.6, otherwise: 0.4 }

export function passes(distance: number, ratio: number, rule: number | 'adaptive'): boolean {
  if (rule !== 'adaptive') return ratio < rule
  return ratio < (distance < adaptive.near ? adaptive.ratio : adaptive.otherwise)
}

/**
 * One match for each keypoint of the first image, in their order, kept or not; none where either image has no keypoint.
 * @throws FoveaError FOVEA_USAGE for a ratio outside 0 … 1, FOVEA_SHAPE for descriptors of different kinds
 */
export function match(first: Described, second: Described, options: MatchOptions = {}): readonly Match[] {
  const { ratio: rule = 0.5, mutual = false, elsewhere = true, engine } = options
  if (rule !== 'adaptive' && !(rule > 0 && rule <= 1))
    throw new FoveaError('FOVEA_USAGE', `The ratio must be 'adaptive' or lie in 0 … 1, not ${rule}.`)
  const [a, b] = [first.descriptors, second.descriptors]
  if (a.dim !== b.dim || a.length !== b.length)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `Descriptors of ${a.dim} numbers and length ${a.length} cannot be compared with ${b.dim} and ${b.length}.`,
    )
  if (a.count === 0 || b.count === 0) return []
  const [rowsA, rowsB] = [rowsOf(a), rowsOf(b)]
  const places = elsewhere ? groups(second.keypoints) : Int32Array.from(second.keypoints, (_, i) => i)
  const found = nearest(rowsA, rowsB, places, engine)
  const unit = 512 / a.length
  const matches = first.keypoints.map((_, i): Match => {
    const [to, d1, other, d2] = found.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number]
    const distance = Math.sqrt(d1) * unit
    const ratio = other < 0 || d2 === 0 ? 1 : Math.sqrt(d1 / d2)
    return { first: i, second: to, distance, ratio, outcome: passes(distance, ratio, rule) ? 'kept' : 'ambiguous' }
  })
  return mutual ? oneSidedOut(matches, rowsA, rowsB, engine) : matches
}

function rowsOf({ count, dim, data }: Descriptors): Rows {
  const norms = new Int32Array(count)
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / dim)
    norms[row] = (norms[row] as number) + (data[i] as number) ** 2
  }
  return { count, dim, data: Int16Array.from(data), norms }
}

/** The same number for keypoints at the same place and scale. */
function groups(keypoints: readonly Keypoint[]): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(keypoints, ({ x, y, sigma }) => {
    const key = `${x},${y},${sigma}`
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    return number
  })
}

/** Asks back, but only for what was kept. */
function oneSidedOut(matches: readonly Match[], a: Rows, b: Rows, engine?: Engine): Match[] {
  const kept = matches.filter(({ outcome }) => outcome === 'kept')
  const data = new Int16Array(kept.length * b.dim)
  kept.forEach(({ second }, i) => {
    data.set(b.data.subarray(second * b.dim, (second + 1) * b.dim), i * b.dim)
  })
  const norms = Int32Array.from(kept, ({ second }) => b.norms[second] as number)
  const everyOwn = Int32Array.from({ length: a.count }, (_, i) => i)
  const back = nearest({ count: kept.length, dim: b.dim, data, norms }, a, everyOwn, engine)
  const lost = new Set(kept.filter(({ first }, i) => back[4 * i] !== first))
  return matches.map((each) => (lost.has(each) ? { ...each, outcome: 'one-sided' } : each))
}
