/** What the page asks of the worker that decodes and paints: plain data. */

import type { Colormap, HeatmapKind } from '../../image/index.ts'
import type { Plane, Rect } from '../../tensor/index.ts'

/** How heatmaps are looked at; the same for all panels. */
export interface Reading {
  /** 'auto': the one that suits the kind of map. */
  readonly colormap: Colormap | 'auto'
  readonly sign: 'auto' | 'absolute' | 'positive' | 'negative'
  readonly opacity: number
  /** Share of the scale's end below which nothing is shown. */
  readonly threshold: number
  /** Share of positions within the scale; 0: what suits the kind of map. */
  readonly clip: number
  /** The map's own cells instead of a smooth picture. */
  readonly cells: boolean
  readonly contour: boolean
  readonly scale: 'separate' | 'shared'
}

export const clips = [1, 0.999, 0.995, 0.99, 0.98, 0.95] as const

export interface PaintRequest {
  readonly image: string
  readonly raw: Plane
  readonly seen: Rect
  readonly kind: HeatmapKind
  readonly reading: Reading
  /** The scale's end where panels share one. */
  readonly max: number | undefined
  /** Pixels across. */
  readonly width: number
}

export interface Painted {
  readonly bitmap: ImageBitmap
  readonly scale: PaintedScale
}

/** What colours mean: ends, the place of zero, and the clip in force. */
export interface PaintedScale {
  readonly colormap: Colormap
  readonly min: number
  readonly max: number
  readonly zero: number | null
  readonly clip: number
}

export interface Statistics {
  /** Sizes of the values in ascending order, evenly spaced: the k-th of n is the k / (n - 1) quantile. */
  readonly quantiles: Float32Array
  readonly histogram: { readonly from: number; readonly to: number; readonly counts: Uint32Array }
}
