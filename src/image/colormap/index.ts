/** Colour maps by name: 256 RGB triples each. Sequential maps for positive heatmaps, diverging ones for signed. */

import { didYouMean, FoveaError } from '../../error/index.ts'
import { tables } from './tables.ts'

export type Colormap = keyof typeof tables

export const colormaps = Object.keys(tables) as readonly Colormap[]

const decoded = new Map<string, Uint8Array>()

/** The map's 768 bytes. RdBu runs from blue (negative) over white to red. @throws FoveaError FOVEA_USAGE for an unknown name */
export function colormap(name: string): Uint8Array {
  const known = decoded.get(name)
  if (known) return known
  if (!Object.hasOwn(tables, name))
    throw new FoveaError(
      'FOVEA_USAGE',
      `There is no colour map '${name}'${didYouMean(name, colormaps)}; there are ${colormaps.join(', ')}.`,
    )
  const table = Uint8Array.from(atob(tables[name as Colormap]), (c) => c.charCodeAt(0))
  decoded.set(name, table)
  return table
}

/** The colour of `value` on the range from `min` to `max`; clamped, and the middle of the map when the range is empty. */
export function colorOf(table: Uint8Array, value: number, min: number, max: number): [number, number, number] {
  const share = max > min ? (value - min) / (max - min) : 0.5
  const i = 3 * Math.min(255, Math.max(0, Math.floor(share * 256)))
  return [table[i] as number, table[i + 1] as number, table[i + 2] as number]
}
