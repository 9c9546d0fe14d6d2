/** What the page asks of the worker of hand-made features. */

import type { OptionSchema, Options } from '../../explain/index.ts'
import type { Image } from '../../tensor/index.ts'

export interface FeatureInfo {
  readonly name: string
  readonly title: string
  readonly question: string
  readonly reference: string
  readonly images: 1 | 2
  readonly second: string
  readonly click: { readonly x: string; readonly y: string; readonly unit: 'pixel' | 'part' } | null
  readonly options: OptionSchema
}

export interface RunFeature {
  readonly root: string
  readonly name: string
  readonly images: readonly Image[]
  readonly options: Options
}

export interface FeatureResult {
  readonly stages: readonly { readonly title: string; readonly caption: string; readonly bitmap: ImageBitmap }[]
  readonly json: string
  /** Why there is nothing to see. */
  readonly note: string
  readonly ms: number
}
