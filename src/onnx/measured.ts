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
  /** Computed integers that do not depend on the batch: the pads, axes, sizes and indices that operators take as inputs. */
  readonly integers: ReadonlyMap<string, Tensor>
  /** Whether the model runs with two images at once; if not, why. */
  readonly batch: true | string
}
