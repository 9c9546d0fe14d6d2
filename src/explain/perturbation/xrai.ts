/**
 * Which regions hold the most evidence for their size?
 * M: regions of several scales are added by the mean of their integrated gradients over what is not covered yet, the densest first;
 * each pixel gets the rank with which it came (or that density). Baselines: black and white.
 * Kapishnikov, Bolukbasi, Viégas, Terry: XRAI (2019), arXiv 1906.02825.
 * Warning: regions are borders of colour; evidence without a border takes the form of one.
 */

import { felzenszwalb, membersOf } from '../../image/index.ts'
import { picture } from '../../models/index.ts'
import { uniform } from '../gradient/baseline.ts'
import { integratedGradients } from '../gradient/integrated-gradients.ts'
import { quadratures } from '../gradient/quadrature.ts'
import type { RunMethod } from '../method.ts'

/** Felzenszwalb's scales, in colour levels, as the paper's code has them for levels from 0 to 1 in 255ths. */
const scales = [50, 100, 150, 250, 500, 1200]

export const xrai: RunMethod = {
  kind: 'run',
  name: 'xrai',
  title: 'XRAI',
  family: 'perturbation',
  question: 'Which regions hold the most evidence for their size?',
  formula: 'regions by the density of their integrated gradients, the densest first',
  reference: 'Kapishnikov, Bolukbasi, Viégas, Terry 2019, arXiv:1906.02825',
  warning: 'Regions follow borders of colour; evidence without a border takes the form of one.',
  cost: '2 x steps x 2',
  options: {
    steps: { default: 50, min: 1, max: 10_000, whole: true, describe: 'points on each of the two paths' },
    quadrature: { default: 'gauss-legendre', choices: quadratures, describe: 'how the integral is made of the points' },
    values: {
      default: 'rank',
      choices: ['rank', 'density'],
      describe:
        'what a pixel gets: how early its region comes, 1 for the first to 0 for the last; or the density itself',
    },
    widen: {
      default: 5,
      min: 0,
      max: 100,
      whole: true,
      describe: 'pixels by which each region is widened, for an input of 224',
    },
    least: {
      default: 50,
      min: 1,
      max: 1e6,
      whole: true,
      describe: 'pixels that a region must add, for an input of 224 x 224',
    },
  },
  like: {
    saliency: {
      options: { values: 'density', steps: 100, quadrature: 'linspace', widen: 5, least: 50 },
      note: 'its regions are of scikit-image',
    },
  },
  at: 'image',
  display: (options) => (options.values === 'rank' ? 'positive' : 'signed'),
  async run(study, { steps, quadrature, widen, least, values }) {
    const baseline = [0, 255].map((level) => uniform(study.image, level))
    const options = { steps, quadrature, baseline: 'image', blur: 0, seed: 0 } as never
    const { map, sums, rules } = await integratedGradients.run({ ...study, pictures: { baseline } }, options)
    const { width, height } = map
    const size = Math.sqrt(width * height) / 224
    const wide = Math.round((widen as number) * size)
    const image = picture(study.input, study.vision.format)
    const regions = scales.flatMap((scale) => {
      const segments = felzenszwalb(image, { scale, least: 150 * size ** 2 })
      return membersOf(segments).map((members) => widened(members, width, height, wide))
    })
    const { density, rank, order } = byDensity(map.data, regions, Math.max(1, (least as number) * size ** 2))
    return {
      map: { width, height, data: values === 'rank' ? rank : density },
      ...(sums ? { sums } : {}),
      ...(rules ? { rules } : {}),
      details: { regions: regions.length, taken: order.length },
    }
  },
}

/** The pixels within a square of side 2 by + 1 around any of these. */
export function widened(members: readonly number[], width: number, height: number, by: number): Int32Array {
  if (by === 0) return Int32Array.from(members)
  let inside = new Uint8Array(width * height)
  for (const i of members) inside[i] = 1
  const along = (step: number, place: (i: number) => number, length: number) => {
    const out = new Uint8Array(inside.length)
    inside.forEach((bit, i) => {
      if (bit === 0) return
      const at = place(i)
      for (let d = Math.max(-by, -at); d <= Math.min(by, length - 1 - at); d++) out[i + d * step] = 1
    })
    inside = out
  }
  along(1, (i) => i % width, width)
  along(width, (i) => Math.floor(i / width), height)
  return Int32Array.from([...inside.keys()].filter((i) => inside[i] === 1))
}

/**
 * Regions one after another, each time the one whose uncovered part is the densest. What no region adds enough of comes last,
 * with its own mean.
 */
export function byDensity(
  attribution: ArrayLike<number>,
  regions: readonly Int32Array[],
  least: number,
): { readonly density: Float32Array; readonly rank: Float32Array; readonly order: readonly number[] } {
  const covered = new Uint8Array(attribution.length)
  const [all, rank] = [new Float32Array(attribution.length), new Float32Array(attribution.length)]
  let [done, place, last] = [0, 1, Number.NaN]
  /** What is as dense as what came before shares its rank. */
  const cover = (pixels: Iterable<number>, density: number) => {
    if (density !== last) place = 1 - done / attribution.length
    last = density
    for (const i of pixels) {
      covered[i] = 1
      all[i] = density
      rank[i] = Number.isFinite(density) ? place : Number.NaN
      done++
    }
  }
  const left = new Set(regions.keys())
  const order: number[] = []
  const gainOf = (pixels: Int32Array) => {
    let [sum, count] = [0, 0]
    for (const i of pixels)
      if (covered[i] === 0) {
        sum += attribution[i] as number
        count++
      }
    return { count, density: sum / count }
  }
  // A region changes only when one is added that overlaps it; the bound of a lazy queue does not hold, for densities can rise.
  const gains = regions.map(gainOf)
  while (left.size > 0) {
    let best = -1
    for (const k of left) {
      const { count, density } = gains[k] as { count: number; density: number }
      if (count < least) left.delete(k)
      else if (best < 0 || density > (gains[best]?.density as number)) best = k
    }
    if (best < 0) break
    const added = new Set((regions[best] as Int32Array).filter((i) => covered[i] === 0))
    cover(added, (gains[best] as { density: number }).density)
    order.push(best)
    left.delete(best)
    for (const k of left)
      if ((regions[k] as Int32Array).some((i) => added.has(i))) gains[k] = gainOf(regions[k] as Int32Array)
  }
  const rest = Int32Array.from(covered.keys()).filter((i) => covered[i] === 0)
  cover(rest, gainOf(rest).density)
  return { density: all, rank, order }
}
