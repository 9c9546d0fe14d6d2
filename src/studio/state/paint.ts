/** Pictures and figures of results, made by the worker: never more than one under way for each place. */

import { signal } from '@preact/signals'
import type { Explained } from '../engine/messages.ts'
import type { Painted, PaintRequest, Statistics } from '../pictures/messages.ts'
import { panels } from './panels.ts'
import { reading } from './reading.ts'
import { resultOf } from './run.ts'
import { pictures } from './workers.ts'

/** Paints for one place; while a picture is being made only the latest wish waits. */
export function painter(show: (painted: Painted) => void): (request: PaintRequest) => void {
  let busy = false
  let waiting: PaintRequest | null = null
  const paint = async (request: PaintRequest) => {
    busy = true
    try {
      show(await pictures.call<Painted>('paint', request))
    } catch {
      // The photograph was removed meanwhile: the panel is about to show another one.
    }
    busy = false
    const next = waiting
    waiting = null
    if (next) void paint(next)
  }
  return (request) => {
    if (busy) waiting = request
    else void paint(request)
  }
}

const known = new WeakMap<Explained, Statistics | Promise<void>>()
const arrived = signal(0)

/** Quantiles and histogram of a map; null until they are there. Whoever reads it hears when. */
export function statisticsFor(explained: Explained): Statistics | null {
  const found = known.get(explained)
  if (found && !(found instanceof Promise)) return found
  void arrived.value
  if (!found)
    known.set(
      explained,
      pictures.call<Statistics>('statistics', explained.raw).then((statistics) => {
        known.set(explained, statistics)
        arrived.value++
      }),
    )
  return null
}

/** The end of the scale that all panels share. */
export const sharedMax = signal<number | undefined>(undefined)
let asked = 0

/** Follows results and reading while the scale is shared. */
export async function followSharedMax(): Promise<void> {
  const mine = ++asked
  const how = reading.value
  const maps = panels.value.flatMap(({ id }) => resultOf(id).value.explained ?? [])
  if (how.scale === 'separate') {
    sharedMax.value = undefined
    return
  }
  const ends = await Promise.all(
    maps.map(({ raw, display: kind }) => pictures.call<number>('ownMax', { raw, kind, reading: how })),
  )
  if (mine === asked) sharedMax.value = ends.length > 0 ? Math.max(...ends) : undefined
}
