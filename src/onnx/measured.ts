/** What a run told about a graph's values: their shapes, which axes carry the batch, and the integers that steer operators. */

import type { Tensor } from '../tensor/index.ts'

export interface Shape {
  /** Sizes with one image in the batch. */
  readonly dims: readonly number[]
  /** For each axis whether its size grows with the batch. */
  readonly batch: readonly boolean[]
}

export interface Measured {
  readonly shapes: ReadonlyMap<string, Shape>
  /** Computed pads, axes, sizes, scales and indices that follow from shapes, and not from the batch or what an image shows. */
  readonly integers: ReadonlyMap<string, Tensor>
  /** Whether the model runs with two images at once; if not, why. */
  readonly batch: true | string
}
