/**
 * Which region, grown from pieces that matter alike, holds the object?
 * Superpixels are hidden one by one; neighbours whose hiding costs about as much, small ones first, merge until the image is one region.
 * M = mean fall of the score over all regions of this tree that hold the pixel; the box is that of the region whose fall exceeds its
 * share of the image the most.
 * Bergamo, Bazzani, Anguelov, Torresani: Self-taught object localization (2014), arXiv 1409.3964.
 * Warning: the box is one of the tree's regions: what the pieces cut wrong stays wrong.
 */

import { neighbours } from '../../image/index.ts'
import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { type Game, gameOf, groupOptions } from './groups.ts'
import { hiddenPictures } from './hidden.ts'

interface Region {
  readonly players: readonly number[]
  readonly pixels: number
  readonly fall: number
}

export const selfTaught: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'self-taught',
  title: 'Self-taught localisation',
  family: 'perturbation',
  question: 'Which region, grown from pieces that matter alike, holds the object?',
  formula: 'mean over the regions of a merge tree that hold the pixel of f(x) - f(x without the region)',
  reference: 'Bergamo, Bazzani, Anguelov, Torresani 2014, arXiv:1409.3964',
  warning: "The box is one of the tree's regions: what the pieces cut wrong stays wrong.",
  cost: '2 x regions',
  options: groupOptions,
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'signed',
  async run(study, options) {
    const game = await gameOf(study, options)
    const { players, full, segments } = game
    const sizes = new Int32Array(players)
    for (const label of segments.labels) sizes[label] = (sizes[label] as number) + 1
    const area = segments.labels.length
    const total = 2 * players - 1
    const falls = new Float64Array(players)
    const sums = new Float64Array(players)
    const times = new Float64Array(players)
    const map = () => game.map(sums.map((sum, k) => sum / Math.max(1, times[k] as number)))
    const count = (region: Region) => {
      for (const k of region.players) {
        sums[k] = (sums[k] as number) + region.fall
        times[k] = (times[k] as number) + 1
      }
    }
    await game.asked.each(
      players,
      (i, place) => game.show((k) => k !== i, place),
      (i, { score }) => {
        falls[i] = full - scalarOf(score)
      },
      { total },
    )
    const regions = new Map(
      Array.from(falls, (fall, k): [number, Region] => [k, { players: [k], pixels: sizes[k] as number, fall }]),
    )
    for (const region of regions.values()) count(region)
    const sides = bordersOf(game)
    const spread = Math.max(...falls) - Math.min(...falls) || 1
    const likeness = (a: Region, b: Region) => -Math.abs(a.fall - b.fall) / spread - (a.pixels + b.pixels) / area
    let best = [...regions.values()].reduce((a, b) => (excess(b, area, game) > excess(a, area, game) ? b : a))
    for (let next = players; regions.size > 1 && !(study.spent() && next > players); next++) {
      const [a, b] = closest(regions, sides, likeness)
      const both = [regions.get(a), regions.get(b)] as [Region, Region]
      const hidden = new Set([...both[0].players, ...both[1].players])
      const { score } = await game.asked.one(game.show((k) => !hidden.has(k)))
      const merged = { players: [...hidden], pixels: both[0].pixels + both[1].pixels, fall: full - scalarOf(score) }
      regions.delete(a)
      regions.delete(b)
      const around = new Set([...(sides.get(a) ?? []), ...(sides.get(b) ?? [])].filter((k) => regions.has(k)))
      for (const k of around) sides.get(k)?.add(next)
      sides.set(next, around)
      regions.set(next, merged)
      count(merged)
      if (excess(merged, area, game) > excess(best, area, game)) best = merged
      study.progress(next + 1, total, map)
    }
    return { map: map(), details: { regions: players, ...boxOf(game, best), fall: best.fall } }
  },
}

/** By how much hiding the region costs more than its share of the image would. */
const excess = ({ fall, pixels }: Region, area: number, { full, empty }: Game) =>
  fall - (pixels / area) * (full - empty)

function bordersOf({ players, segments: { labels, width, height } }: Game): Map<number, Set<number>> {
  const sides = new Map(Array.from({ length: players }, (_, k): [number, Set<number>] => [k, new Set()]))
  labels.forEach((label, i) => {
    for (const j of neighbours(i, width, height)) if (labels[j] !== label) sides.get(label)?.add(labels[j] as number)
  })
  return sides
}

function closest(
  regions: ReadonlyMap<number, Region>,
  sides: ReadonlyMap<number, ReadonlySet<number>>,
  likeness: (a: Region, b: Region) => number,
): readonly [number, number] {
  let best: readonly [number, number] = [0, 0]
  let most = Number.NEGATIVE_INFINITY
  for (const [a, region] of regions)
    for (const b of sides.get(a) ?? []) {
      const other = regions.get(b)
      if (!other || b < a) continue
      const value = likeness(region, other)
      // Also where scores are no numbers there is a pair.
      if (!(value <= most)) [most, best] = [value, [a, b]]
    }
  return best
}

/** In pixels of the model's input. */
function boxOf({ segments: { labels, width } }: Game, { players }: Region) {
  const inside = new Set(players)
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1]
  labels.forEach((label, i) => {
    if (!inside.has(label)) return
    const [x, y] = [i % width, Math.floor(i / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  })
  return { box: `${left},${top} ${right - left + 1}x${bottom - top + 1}` }
}
