/** From values to pixels: what a person chose to see of a map, over its photograph. */

import {
  type Colormap,
  type HeatmapKind,
  isSigned,
  overlay,
  type Scale,
  scaleOf,
  usualClip,
} from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import type { PaintedScale, PaintRequest, Reading, Statistics } from './messages.ts'

/** The plane as it is read (its size, one of its signs), and the kind of picture that this makes. */
export function readAs(raw: Plane, kind: HeatmapKind, sign: Reading['sign']): { plane: Plane; kind: HeatmapKind } {
  if (sign === 'auto') return { plane: raw, kind }
  const change = {
    absolute: Math.abs,
    positive: (v: number) => Math.max(0, v),
    negative: (v: number) => Math.max(0, -v),
  }
  const next = kind === 'signed' ? 'positive' : kind === 'signed-pixel' ? 'pixel' : kind
  return { plane: { ...raw, data: raw.data.map(change[sign]) }, kind: next }
}

/** The end of a map's own scale. */
export function ownMax(raw: Plane, given: HeatmapKind, reading: Reading): number {
  const { plane, kind } = readAs(raw, given, reading.sign)
  return scaleOf(finite(plane), { kind, clip: reading.clip || usualClip(kind) }).max
}

export function paint(photo: Image, request: PaintRequest): { image: Image; scale: PaintedScale } {
  const { raw, seen, reading, max, width } = request
  const { plane, kind } = readAs(finite(raw), request.kind, reading.sign)
  const clip = reading.clip || usualClip(kind)
  const options = { kind, colormap: suiting(reading.colormap, kind), clip, max }
  const image = overlay(photo, plane, {
    ...options,
    rect: seen,
    width,
    cells: reading.cells,
    opacity: reading.opacity,
    threshold: reading.threshold,
    contour: reading.contour,
  })
  const scale: Scale = scaleOf(plane, options)
  return { image, scale: { ...scale, zero: scale.zero ?? null, clip } }
}

const diverging: readonly Colormap[] = ['RdBu', 'coolwarm', 'seismic'] as readonly string[] as readonly Colormap[]

/** A diverging colour map says nothing about values of one sign, and a sequential one hides the sign. */
function suiting(wanted: Colormap | 'auto', kind: HeatmapKind): Colormap | undefined {
  if (wanted === 'auto') return undefined
  return diverging.includes(wanted) === isSigned(kind) ? wanted : undefined
}

/** What is not finite cannot be painted; the panel says so in words. */
function finite(plane: Plane): Plane {
  if (plane.data.every(Number.isFinite)) return plane
  return { ...plane, data: plane.data.map((v) => (Number.isFinite(v) ? v : 0)) }
}

const steps = 400
const bins = 56

export function statisticsOf({ data }: Plane): Statistics {
  const sizes = data.map(Math.abs).filter(Number.isFinite).sort()
  const last = sizes.length - 1
  const quantiles = Float32Array.from({ length: steps + 1 }, (_, i) => sizes[Math.round((i / steps) * last)] ?? 0)
  const values = data.filter(Number.isFinite)
  const from = values.reduce((a, b) => Math.min(a, b), 0)
  const to = values.reduce((a, b) => Math.max(a, b), 0)
  const counts = new Uint32Array(bins)
  for (const value of values) {
    const bin = to > from ? Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins)) : 0
    counts[bin] = (counts[bin] as number) + 1
  }
  return { quantiles, histogram: { from, to, counts } }
}
