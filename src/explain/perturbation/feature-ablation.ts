/**
 * By how much does the score fall when one region is hidden?
 * M = f(x) - f(x without the region), on each of its pixels.
 * Zeiler, Fergus 2013, arXiv 1311.2901, with regions instead of windows (Captum's feature ablation).
 * Warning: two regions that say the same hide each other: without either, nothing falls.
 */

import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { gameOf, groupOptions } from './groups.ts'
import { hiddenPictures } from './hidden.ts'

export const featureAblation: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'feature-ablation',
  title: 'Feature ablation',
  family: 'perturbation',
  question: 'By how much does the score fall when one region is hidden?',
  formula: 'f(x) - f(x without the region)',
  reference: 'Zeiler, Fergus 2013, arXiv:1311.2901 (regions instead of windows)',
  warning: 'Two regions that say the same hide each other: without either one, nothing falls.',
  cost: 'regions + 2',
  options: groupOptions,
  like: { captum: { options: { baseline: 'mean' }, note: 'with the same regions' } },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'signed',
  async run(study, options) {
    const game = await gameOf(study, options)
    const falls = new Float64Array(game.players)
    await game.asked.each(
      game.players,
      (i, place) => game.show((k) => k !== i, place),
      (i, { score }) => {
        falls[i] = game.full - scalarOf(score)
      },
      { preview: () => game.map(falls) },
    )
    return { map: game.map(falls), details: { regions: game.players } }
  },
}
