/** What every hand-made feature exposes to the command line, the studio and the docs: data, and one function that runs it. */

import type { Image } from '../tensor/index.ts'

/** One stage of a feature that can be looked at. */
export interface Stage {
  readonly name: string
  readonly caption: string
  readonly picture: Image
}

/** A hand-made feature: data for the command line, the studio and the docs. */
export interface Feature<
  Options extends Record<string, number | string | boolean> = Record<string, number | string | boolean>,
> {
  /** As typed on the command line: 'sift'. */
  readonly name: string
  readonly title: string
  /** The question it answers, in one line. */
  readonly question: string
  readonly reference: string
  /** How many photographs it takes. */
  readonly images: 1 | 2
  /** What the second one shows, where it is not just another photograph. */
  readonly second?: string
  /** The two options that a click on the first photograph sets: to its pixel, or to its place as a part of the width and height. */
  readonly click?: {
    readonly x: keyof Options & string
    readonly y: keyof Options & string
    readonly unit: 'pixel' | 'part'
  }
  readonly options: {
    readonly [K in keyof Options]: {
      readonly default: Options[K]
      readonly describe: string
      readonly choices?: readonly Options[K][]
      readonly min?: number
      readonly max?: number
    }
  }
  /** `result` is a summary that JSON can hold; its `note`, where there is one, says why there is nothing to see. */
  run(images: readonly Image[], options: Options): { readonly result: unknown; readonly stages: readonly Stage[] }
}
