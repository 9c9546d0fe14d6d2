/** What the methods of this folder share: options, and sums over a layer's channels. */

import type { Value } from '../../onnx/index.ts'
import type { Display } from '../method.ts'
import type { Option, Options } from '../options.ts'
import type { ProgramView } from '../program-view.ts'

/** For methods whose definition ends in a ReLU. */
export const rectified: Option<boolean> = {
  default: true,
  describe: 'keep only what speaks for the class; false shows what speaks against it too',
}

/** For methods whose map is signed. */
export const signed: Option<boolean> = { ...rectified, default: false }

export const displayOf = ({ relu }: Options): Display => (relu ? 'positive' : 'signed')

/** pytorch-grad-cam cuts every map at zero and stretches it to 0 … 1; raw values are compared before the stretching. */
export const stretched = 'before it stretches the map to 0 … 1'

/** Sum over the channels of [N, C, h, w]: [N, h, w]. */
export function overChannels({ op }: ProgramView, value: Value, { relu }: Options): Value {
  const map = op.ReduceSum(value, [1], { keepdims: 0 })
  return relu ? op.Relu(map) : map
}

/** Sum or mean over the positions of [N, C, h, w]: [N, C, 1, 1]. */
export const overPositions = (
  { op }: ProgramView,
  value: Value,
  reduce: 'ReduceSum' | 'ReduceMean' = 'ReduceSum',
): Value => op[reduce](value, [2, 3], { keepdims: 1 })

/** A map [N, h, w] at another size: half-pixel bilinear, or torch's nearest. */
export function resized({ op }: ProgramView, map: Value, size: readonly [number, number], nearest = false): Value {
  const high = op.Unsqueeze(map, [1])
  const sizes = op.Concat(op.Shape(high, { end: 2 }), size, { axis: 0 })
  const how: Readonly<Record<string, string>> = nearest
    ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
    : { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }
  return op.Squeeze(op.Resize(high, null, null, sizes, how), [1])
}
