/** The place under the pointer, in the photograph's pixels, and what every panel says of it. */

import { signal } from '@preact/signals'
import { project } from '../../image/index.ts'
import type { Explained } from '../engine/messages.ts'
import type { Statistics } from '../pictures/messages.ts'

export interface Place {
  readonly x: number
  readonly y: number
}

export const place = signal<Place | null>(null)

/** The heatmap's value in that pixel of the photograph, as the API gives it; NaN where the model did not look. */
export function valueAt({ raw, certificate }: Explained, { x, y }: Place): number {
  const { seen } = certificate
  const window = { ...seen, x: seen.x - x, y: seen.y - y }
  return project(raw, window, 1, 1, { filter: 'bilinear' }).data[0] as number
}

/** The share of the map, 0-1, whose values are larger in size. */
export function rankOf(value: number, { quantiles }: Statistics): number {
  const size = Math.abs(value)
  let [low, high] = [0, quantiles.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((quantiles[middle] as number) <= size) low = middle + 1
    else high = middle
  }
  return 1 - low / quantiles.length
}

/** Figures of one length, for read-outs that change while one looks. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return '–'
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size >= 1e4 || size < 1e-3 ? value.toExponential(1) : value.toPrecision(3)
}
