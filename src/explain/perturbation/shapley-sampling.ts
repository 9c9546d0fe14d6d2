/**
 * What does each region add, on the mean over all orders in which the regions could appear?
 * M = mean over orders of f(those before, and it) - f(those before); the regions add up to f(x) - f(baseline).
 * Castro, Gómez, Tejada: Polynomial calculation of the Shapley value based on sampling (2009).
 * Warning: an estimate; images with few regions in sight are unlike any that the model was trained on.
 */

import { Moments } from '../gradient/moments.ts'
import { seedOption } from '../gradient/noise.ts'
import type { BlackBoxMethod } from '../method.ts'
import { scalarOf } from '../study.ts'
import { drawOrder } from './draws.ts'
import { gameOf, groupOptions } from './groups.ts'
import { hiddenPictures } from './hidden.ts'

export const shapleySampling: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'shapley-sampling',
  title: 'Shapley sampling',
  family: 'perturbation',
  question: 'What does each region add, on the mean over all orders in which they could appear?',
  formula: 'mean over orders of f(before + i) - f(before)',
  reference: 'Castro, Gómez, Tejada 2009, Computers & Operations Research 36',
  warning: 'An estimate; images with few regions in sight are unlike any that the model was trained on.',
  cost: 'orders x (regions - 1) + 2',
  options: {
    orders: { default: 25, min: 1, max: 100_000, whole: true, describe: 'how many random orders' },
    ...groupOptions,
    seed: { ...seedOption, describe: 'of the orders' },
  },
  like: { captum: { options: { orders: 25, baseline: 'mean' }, note: 'the random numbers are its own' } },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'signed',
  async run(study, options) {
    const { orders, seed } = options as { orders: number; seed: number }
    const game = await gameOf(study, options)
    const { players, full, empty } = game
    const steps = players - 1
    const moments = new Moments(players)
    const rank = new Map<number, Int32Array>()
    const rankIn = (order: number) => {
      const known = rank.get(order)
      if (known) return known
      const places = new Int32Array(players)
      drawOrder(seed, order, players).forEach((player, place) => {
        places[player] = place
      })
      rank.clear()
      rank.set(order, places)
      return places
    }
    const scores = new Float64Array(players + 1)
    const taken = await game.asked.each(
      orders * steps,
      (i, place) => {
        const places = rankIn(Math.floor(i / steps))
        return game.show((k) => (places[k] as number) <= i % steps, place)
      },
      (i, { score }) => {
        scores[(i % steps) + 1] = scalarOf(score)
        if (i % steps < steps - 1) return
        scores[0] = empty
        scores[players] = full
        const places = rankIn(Math.floor(i / steps))
        moments.add(Float64Array.from(places, (place) => (scores[place + 1] as number) - (scores[place] as number)))
      },
      { anytime: true, preview: () => game.map(moments.mean) },
    )
    const { count } = moments
    const error = moments.variance().map((variance) => Math.sqrt(variance / count))
    return {
      map: game.map(moments.mean),
      ...(count > 1 ? { standardError: game.map(error) } : {}),
      sums: { sum: moments.mean.reduce((a, b) => a + b, 0), promised: count > 0 ? full - empty : 0 },
      details: { seed, orders: count, regions: players },
      notes:
        count > 0
          ? []
          : [`The budget ended after ${taken} of the ${steps} images of the first order: there is no map.`],
    }
  },
}
