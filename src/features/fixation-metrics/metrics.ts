/**
 * How well a saliency map predicts where people look. Location metrics take fixations, distribution metrics a density.
 * Definitions as in pysaliency and the MIT benchmark (Bylinskii et al., "What do different evaluation metrics tell us
 * about saliency models?", IEEE PAMI 41(3), 2019). Every function throws FOVEA_NOT_FINITE for a map with NaN or infinity,
 * FOVEA_USAGE without fixations and FOVEA_SHAPE for two maps of different size.
 */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { checkPlane } from '../grey.ts'
import { type Point, pixelsOf, toDensity } from './fixations.ts'

const epsilon = 2.2204e-16

/** Normalized scanpath saliency: mean over the fixations of (S - mean S) / std S (population). A constant map gives 0. */
export function nss(map: Plane, fixations: readonly Point[]): number {
  checkPlane(map, 'NSS')
  const { mean, deviation } = moments(map.data)
  const pixels = pixelsOf(fixations, map, 'NSS')
  if (deviation === 0) return 0
  return pixels.reduce((sum, i) => sum + ((map.data[i] as number) - mean) / deviation, 0) / pixels.length
}

/** Pearson's correlation of map and density. If either is constant there is none to measure: 0. */
export function cc(map: Plane, density: Plane): number {
  requirePair(map, density, 'CC')
  const a = moments(map.data)
  const b = moments(density.data)
  if (a.deviation === 0 || b.deviation === 0) return 0
  let sum = 0
  for (let i = 0; i < map.data.length; i++)
    sum += ((map.data[i] as number) - a.mean) * ((density.data[i] as number) - b.mean)
  return sum / map.data.length / (a.deviation * b.deviation)
}

/** Similarity: the sum of the pixelwise minimum of both, each as a density. 1 is equal, 0 disjoint. */
export function sim(map: Plane, density: Plane): number {
  requirePair(map, density, 'SIM')
  const p = toDensity(map).data
  const q = toDensity(density).data
  return p.reduce((sum, v, i) => sum + Math.min(v, q[i] as number), 0)
}

/** Kullback-Leibler divergence of the map from the density q, in nats: sum q log(eps + q / (p + eps)). 0 is best. */
export function kl(map: Plane, density: Plane): number {
  requirePair(map, density, 'KL')
  const p = toDensity(map).data
  const q = toDensity(density).data
  return q.reduce((sum, v, i) => sum + v * Math.log(epsilon + v / ((p[i] as number) + epsilon)), 0)
}

/** Bits per fixation gained over a baseline: mean of log2(eps + p) - log2(eps + p_baseline) at the fixations. */
export function informationGain(map: Plane, fixations: readonly Point[], baseline: Plane): number {
  requirePair(map, baseline, 'Information gain')
  const p = toDensity(map).data
  const b = toDensity(baseline).data
  const pixels = pixelsOf(fixations, map, 'Information gain')
  const gain = (i: number) => Math.log2(epsilon + (p[i] as number)) - Math.log2(epsilon + (b[i] as number))
  return pixels.reduce((sum, i) => sum + gain(i), 0) / pixels.length
}

export interface RocPoint {
  readonly falsePositives: number
  readonly truePositives: number
}

/**
 * The curve behind AUC-Judd, from (0, 0) to (1, 1): a threshold at every fixation's value; true positives = share of
 * fixations at or above it, false positives = share of *all* pixels at or above it.
 */
export function rocJudd(map: Plane, fixations: readonly Point[]): RocPoint[] {
  checkPlane(map, 'AUC-Judd')
  const positives = pixelsOf(fixations, map, 'AUC-Judd').map((i) => map.data[i] as number)
  const all = map.data.slice().sort()
  const hits = Float32Array.from(positives).sort()
  const thresholds = [...new Set(hits)].reverse()
  const points = thresholds.map((t) => ({ falsePositives: shareFrom(all, t), truePositives: shareFrom(hits, t) }))
  return [{ falsePositives: 0, truePositives: 0 }, ...points, { falsePositives: 1, truePositives: 1 }]
}

/** The trapezoidal area below `rocJudd`. Ties are not jittered: a constant map gives exactly 0.5. */
export function aucJudd(map: Plane, fixations: readonly Point[]): number {
  const points = rocJudd(map, fixations)
  return points.slice(1).reduce((area, point, i) => {
    const before = points[i] as RocPoint
    const width = point.falsePositives - before.falsePositives
    return area + (width * (point.truePositives + before.truePositives)) / 2
  }, 0)
}

/**
 * Shuffled AUC: how often a fixation has a higher value than a fixation made on another image (a tie counts a half).
 * What all images share, the centre above all, earns nothing.
 */
export function shuffledAuc(map: Plane, fixations: readonly Point[], others: readonly Point[]): number {
  checkPlane(map, 'sAUC')
  const positives = pixelsOf(fixations, map, 'sAUC').map((i) => map.data[i] as number)
  const negatives = Float32Array.from(pixelsOf(others, map, 'sAUC'), (i) => map.data[i] as number).sort()
  const wins = (v: number) => (lowerBound(negatives, v) + upperBound(negatives, v)) / 2 / negatives.length
  return positives.reduce((sum, v) => sum + wins(v), 0) / positives.length
}

function requirePair(a: Plane, b: Plane, who: string): void {
  checkPlane(a, who)
  checkPlane(b, who)
  if (a.width !== b.width || a.height !== b.height)
    throw new FoveaError(
      'FOVEA_SHAPE',
      `${who} compares maps of one size, not ${a.width}x${a.height} and ${b.width}x${b.height}; resize one first.`,
    )
}

/** Of a constant map the deviation is exactly 0, whatever rounding says. */
function moments(data: Float32Array): { mean: number; deviation: number } {
  const mean = data.reduce((a, b) => a + b, 0) / data.length
  const variance = data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length
  const constant = data.every((v) => v === data[0])
  return { mean, deviation: constant ? 0 : Math.sqrt(variance) }
}

const shareFrom = (sorted: Float32Array, t: number) => 1 - lowerBound(sorted, t) / sorted.length

/** How many of the ascending values are below `v`. */
function lowerBound(sorted: Float32Array, v: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < v) low = middle + 1
    else high = middle
  }
  return low
}

/** How many are at most `v`. */
function upperBound(sorted: Float32Array, v: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) <= v) low = middle + 1
    else high = middle
  }
  return low
}
