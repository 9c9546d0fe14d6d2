/** What a method is: the question it answers, its options as data, and the nodes that compute its heatmap. */

import type { Ops, Value } from '../onnx/index.ts'
import type { OptionSchema, Options } from './options.ts'

/** How a heatmap is looked at: fine detail alone, evidence over the photograph, or evidence for and against. */
export type Display = 'pixel' | 'positive' | 'signed'

/** What a program method sees of the graph. */
export interface ProgramView {
  readonly op: Ops
  /** The value that the gradient is taken at, and its gradient; [N, C, h, w] or, for the image, in the model's layout. */
  readonly value: Value
  readonly gradient: Value
  /** The axis of the channels. */
  readonly channels: number
}

export interface Method {
  readonly name: string
  readonly title: string
  readonly question: string
  readonly formula: string
  readonly reference: string
  readonly warning: string
  readonly options: OptionSchema
  /** Where the gradient is taken: 'layer' methods have a layer, which the user may choose. */
  readonly at: 'image' | 'layer'
  readonly display: (options: Options) => Display
  /** What is explained when nobody names a target, in the target language; default: the class, or the model's answer. */
  readonly target?: (options: Options) => string | undefined
  /** Writes the heatmap, [N, h, w]. */
  readonly heatmap: (view: ProgramView, options: Options) => Value
}
