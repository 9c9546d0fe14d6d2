/** Matching two photographs as a catalogue record. */

import type { Image } from '../../tensor/index.ts'
import type { Feature, Stage } from '../feature.ts'
import { grey } from '../grey.ts'
import { beside } from '../scale-space/index.ts'
import { type Mode, rootSift, type Sift, sift, siftOptions } from '../sift/index.ts'
import { errorOf, fitHomography, type Pair } from './homography.ts'
import { type Described, type Match, match } from './match.ts'
import {
  bothKeypoints,
  curvePicture,
  green,
  type Lines,
  matchLines,
  mostLines,
  overlapPicture,
  red,
} from './picture.ts'
import { type Agreement, ransac } from './ransac.ts'
import { ratioCurve } from './ratio-curve.ts'

export interface MatchFeatureOptions extends Record<string, number | string | boolean> {
  ratio: number | string
  mutual: boolean
  descriptor: string
  tolerance: number
  seed: number
  mode: Mode
  contrast: number
  edge: number
  most: number
}

export const matchFeature: Feature<MatchFeatureOptions> = {
  name: 'match',
  title: 'Matching two photographs',
  question: 'Which points of the one photograph are which of the other, and what movement do they agree on?',
  reference: 'D. Lowe, IJCV 60(2), 2004, section 7; M. Fischler and R. Bolles, CACM 24(6), 1981',
  images: 2,
  options: {
    ratio: {
      default: 0.5,
      describe:
        'nearest / second nearest distance below which a match is kept; adaptive: 0.6 below a distance of 200, else 0.4',
      choices: [0.4, 0.5, 0.6, 0.8, 'adaptive'],
    },
    mutual: { default: false, describe: 'keep only matches that both sides agree on' },
    descriptor: { default: 'sift', describe: 'what is compared', choices: ['sift', 'root-sift'] },
    tolerance: { default: 3, describe: 'pixels by which a match may miss the common movement', min: 0.1, max: 50 },
    seed: { default: 1, describe: 'of the random draws', min: 0 },
    mode: siftOptions.mode,
    contrast: siftOptions.contrast,
    edge: siftOptions.edge,
    most: siftOptions.most,
  },
  run([one, two], options) {
    const images = [one as Image, two as Image] as const
    const { mode, contrast, edge, most, tolerance, seed, mutual } = options
    const ratio = options.ratio === 'adaptive' ? 'adaptive' : Number(options.ratio)
    const found = images.map((image) => sift(grey(image), { mode, contrast, edge, most })) as [Sift, Sift]
    const sides = found.map(
      ({ keypoints, descriptors }): Described => ({
        keypoints,
        descriptors: options.descriptor === 'root-sift' ? rootSift(descriptors) : descriptors,
      }),
    ) as [Described, Described]
    const matches = match(...sides, { ratio, mutual })
    const kept = matches.filter(({ outcome }) => outcome === 'kept')
    const pairs = kept.map((each) => pairOf(sides, each))
    const agreement = ransac(pairs, { tolerance, seed })
    const right = (each: Match) => agreement !== null && errorOf(agreement.homography, pairOf(sides, each)) < tolerance
    const curve = ratioCurve(matches, right)
    const result = {
      keypoints: sides.map(({ keypoints }) => keypoints.length),
      kept: kept.length,
      ambiguous: matches.filter(({ outcome }) => outcome === 'ambiguous').length,
      oneSided: matches.filter(({ outcome }) => outcome === 'one-sided').length,
      agreeing: agreement?.inliers.filter(Boolean).length ?? 0,
      homography: agreement?.homography,
      error: agreement?.error,
      note: noteOf(sides, kept.length, agreement),
    }
    const stages: Stage[] = [
      { name: 'photographs', caption: 'the two that are compared', picture: beside(images) },
      {
        name: 'keypoints',
        caption: `${result.keypoints.join(' and ')}; circle 2σ`,
        picture: bothKeypoints(images, sides),
      },
      {
        name: 'nearest neighbours',
        caption: 'each with the descriptor most like its own',
        picture: matchLines(images, sides, byOutcome(matches)),
      },
      {
        name: 'common movement',
        caption: captionOf(agreement, kept.length),
        picture: matchLines(images, sides, byAgreement(kept, agreement)),
      },
      {
        name: 'over the ratio',
        caption: 'strict is sure, lax is many',
        picture: curvePicture(curve, ratio, agreement !== null),
      },
      ...overlap(images, pairs, agreement),
    ]
    return { result: { ...result, curve }, stages }
  },
}

function pairOf([a, b]: readonly [Described, Described], { first, second }: Match): Pair {
  const place = (side: Described, i: number) => [side.keypoints[i]?.x ?? 0, side.keypoints[i]?.y ?? 0] as const
  return { from: place(a, first), to: place(b, second) }
}

function byOutcome(matches: readonly Match[]): Lines[] {
  const of = (outcome: Match['outcome']) => matches.filter((each) => each.outcome === outcome)
  const groups: Lines[] = [
    { label: 'ambiguous', color: [139, 149, 167], alpha: 0.25, matches: of('ambiguous') },
    { label: 'one-sided', color: [255, 180, 84], alpha: 0.6, matches: of('one-sided') },
    { label: 'kept', color: [90, 209, 255], matches: of('kept') },
  ]
  return groups.filter((each) => each.matches.length > 0)
}

function byAgreement(kept: readonly Match[], agreement: Agreement | null): Lines[] {
  const inliers = agreement?.inliers ?? []
  return [
    { label: 'agree', color: green, matches: kept.filter((_, i) => inliers[i]) },
    { label: 'do not', color: red, matches: kept.filter((_, i) => !inliers[i]) },
  ]
}

function captionOf(agreement: Agreement | null, kept: number): string {
  if (!agreement) return 'no movement that eight matches agree on'
  const agreeing = agreement.inliers.filter(Boolean).length
  return `${agreeing} of ${kept} agree, within ${agreement.error.toFixed(2)} px${kept > mostLines ? '; some shown' : ''}`
}

function overlap(images: readonly [Image, Image], pairs: readonly Pair[], agreement: Agreement | null): Stage[] {
  if (!agreement) return []
  const agreeing = pairs.filter((_, i) => agreement.inliers[i])
  const back = fitHomography(agreeing.map(({ from, to }) => ({ from: to, to: from })))
  if (!back) return []
  return [
    { name: 'overlap', caption: 'first in red, second in cyan; grey: agree', picture: overlapPicture(images, back) },
  ]
}

function noteOf(
  [a, b]: readonly [Described, Described],
  kept: number,
  agreement: Agreement | null,
): string | undefined {
  if (a.keypoints.length === 0 || b.keypoints.length === 0)
    return `The ${a.keypoints.length === 0 ? 'first' : 'second'} photograph has no keypoints: is it even, or very small?`
  if (kept < 8) return `Only ${kept} matches are clear; eight are needed to find a common movement. Try a higher ratio.`
  if (!agreement) return `${kept} matches are clear, but no eight of them agree on a movement: is it the same scene?`
  return undefined
}
