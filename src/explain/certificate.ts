/** What a heatmap is worth: everything that made it, and whether it says anything. */

import type { Plane, Rect } from '../tensor/index.ts'
import type { Options } from './options.ts'

/**
 * ok; no-positive-evidence: nothing speaks for the class at this layer, the map is zero; constant: every position has the same
 * value; not-finite: NaN or infinity came out; unsupported: the method has no definition here.
 */
export type Status = 'ok' | 'no-positive-evidence' | 'constant' | 'not-finite' | 'unsupported'

export interface Certificate {
  readonly status: Status
  readonly method: string
  readonly options: Options
  /** The peer whose numbers were asked for. */
  readonly like: string | null
  /** 'logits[285]': what was explained, in the normal form of the target language with the classes that were chosen; its value. */
  readonly objective: string
  readonly score: number
  /** The class that the objective speaks of; null when it is about none, or several. */
  readonly class: number | null
  readonly label: string | null
  readonly layer: { readonly name: string; readonly size: readonly [number, number]; readonly reason: string } | null
  /** 'gradient'; quantised models: which operators the gradient went straight through. */
  readonly rules: string
  /** For methods that promise a sum: what the map's parts add up to, what they should, and the difference. */
  readonly completeness: { readonly sum: number; readonly promised: number; readonly error: number } | null
  /** What else made it: seed, samples taken, scales. */
  readonly details: Readonly<Record<string, number | string | boolean>>
  /** What to know about this heatmap, in sentences. */
  readonly notes: readonly string[]
  readonly model: { readonly name: string; readonly sha256: string }
  readonly preset: { readonly name: string; readonly source: string }
  /** [height, width] of the model's input. */
  readonly input: readonly [number, number]
  /** The part of the image that the model saw, in the image's pixels. */
  readonly seen: Rect
  /** Of a detection that was explained: its box, in the image's pixels. */
  readonly box?: Rect
  readonly minimum: number
  readonly maximum: number
  /** Of a map that was estimated from samples: its standard error, root mean square over the map. */
  readonly standardError: number | null
  readonly engine: string
  readonly version: string
}

export interface Range {
  readonly minimum: number
  readonly maximum: number
}

export function rangeOf({ data }: Plane): Range {
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    if (value < minimum) minimum = value
    if (value > maximum) maximum = value
  }
  return { minimum, maximum }
}

function hasNaN({ data }: Plane): boolean {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) return true
  return false
}

/** Root mean square of the values that are there. */
export function meanSize({ data }: Plane): number {
  const there = data.filter(Number.isFinite)
  return Math.sqrt(there.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, there.length))
}

/** Differences below this share of the map are rounding: sums of thousands of float32 numbers differ by as much. */
const noise = 2 ** -16

/** @param rectified whether the method keeps only what is positive, so that zero everywhere means nothing was */
export function statusOf(map: Plane, rectified: boolean): Status {
  const { minimum, maximum } = rangeOf(map)
  if (!(Number.isFinite(minimum) && Number.isFinite(maximum)) || hasNaN(map)) return 'not-finite'
  if (maximum - minimum > noise * Math.max(Math.abs(minimum), Math.abs(maximum))) return 'ok'
  return rectified && maximum === 0 ? 'no-positive-evidence' : 'constant'
}

/** A status in words, for people. */
export const statusInWords: Readonly<Record<Exclude<Status, 'ok'>, string>> = {
  'no-positive-evidence': 'no positive evidence',
  constant: 'the same value everywhere',
  'not-finite': 'not finite: NaN or infinity',
  unsupported: 'not defined here',
}
