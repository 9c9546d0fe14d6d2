/**
 * The homography that most pairs agree on, though many are wrong: fitted to four pairs drawn at random, again and again,
 * scored by how near the others come, then refitted to all that agree (Fischler and Bolles 1981; scored as MSAC: each
 * pair costs its squared error, at most that of the tolerance).
 */

import { FoveaError } from '../../error/index.ts'
import { random } from '../../tensor/index.ts'
import { errorOf, fitHomography, type Homography, type Pair } from './homography.ts'

export interface RansacOptions {
  /** A pair agrees when it lies this near, in pixels of the second image (default 3). */
  readonly tolerance?: number
  /** Fewer agreeing pairs than this are taken for chance (default 8). */
  readonly least?: number
  /** Most draws (default 2000); it stops earlier once a better one is unlikely (0.1 %). */
  readonly draws?: number
  /** default 1 */
  readonly seed?: number
}

export interface Agreement {
  readonly homography: Homography
  /** Which pairs agree, in their order. */
  readonly inliers: readonly boolean[]
  /** Root of the mean squared error of the inliers, pixels. */
  readonly error: number
  readonly draws: number
}

/** Null where fewer than `least` pairs agree on anything. The same seed and pairs give the same answer. */
export function ransac(pairs: readonly Pair[], options: RansacOptions = {}): Agreement | null {
  const { tolerance = 3, least = 8, draws = 2000, seed = 1 } = options
  if (!(tolerance > 0 && least >= 4))
    throw new FoveaError(
      'FOVEA_USAGE',
      `tolerance must be above 0 and least at least 4, not ${tolerance} and ${least}.`,
    )
  if (pairs.length < least) return null
  const cost = (h: Homography) => pairs.reduce((sum, pair) => sum + Math.min(errorOf(h, pair) ** 2, tolerance ** 2), 0)
  const { uniform } = random(seed)
  let best: { readonly h: Homography; readonly cost: number } | null = null
  let needed = draws
  let draw = 0
  for (; draw < needed; draw++) {
    const sample = [0, 1, 2, 3].map((i) => pairs[Math.floor(uniform(4 * draw + i) * pairs.length)] as Pair)
    const h = plausible(sample) ? fitHomography(sample) : null
    const total = h ? cost(h) : Number.POSITIVE_INFINITY
    if (!h || total >= (best?.cost ?? Number.POSITIVE_INFINITY)) continue
    best = { h, cost: total }
    const share = pairs.filter((pair) => errorOf(h, pair) < tolerance).length / pairs.length
    needed = Math.min(draws, Math.ceil(Math.log(0.001) / Math.log(1 - Math.min(share ** 4, 1 - 1e-9))))
  }
  return best ? settle(pairs, best.h, tolerance, least, draw) : null
}

/** Four different places on both sides, in the same cyclic sense: a camera does not see a plane from behind. */
function plausible(sample: readonly Pair[]): boolean {
  const sense = (points: readonly (readonly [number, number])[], [i, j, k]: readonly [number, number, number]) => {
    const [a, b, c] = [points[i], points[j], points[k]] as [
      readonly [number, number],
      readonly [number, number],
      readonly [number, number],
    ]
    const area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return Math.abs(area) < 1 ? 0 : Math.sign(area)
  }
  const [from, to] = [sample.map((pair) => pair.from), sample.map((pair) => pair.to)]
  const corners = [
    [0, 1, 2],
    [0, 1, 3],
    [0, 2, 3],
    [1, 2, 3],
  ] as const
  return corners.every((each) => sense(from, each) !== 0 && sense(from, each) === sense(to, each))
}

/** Refits to those who agree until nobody joins or leaves. */
function settle(pairs: readonly Pair[], start: Homography, tolerance: number, least: number, draws: number) {
  let homography = start
  let inliers = pairs.map((pair) => errorOf(homography, pair) < tolerance)
  for (let round = 0; round < 10; round++) {
    const fitted = fitHomography(pairs.filter((_, i) => inliers[i]))
    if (!fitted) break
    const agree = pairs.map((pair) => errorOf(fitted, pair) < tolerance)
    const same = agree.every((flag, i) => flag === inliers[i])
    homography = fitted
    inliers = agree
    if (same) break
  }
  const agreeing = pairs.filter((_, i) => inliers[i])
  if (agreeing.length < least) return null
  const squares = agreeing.reduce((sum, pair) => sum + errorOf(homography, pair) ** 2, 0)
  return { homography, inliers, error: Math.sqrt(squares / agreeing.length), draws }
}
