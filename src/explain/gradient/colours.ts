/** What becomes of the colours: one number a pixel, in the graph and on the host alike. */

import type { VisionModel } from '../../models/index.ts'
import type { Ops, Value } from '../../onnx/index.ts'
import type { Plane } from '../../tensor/index.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Study } from '../study.ts'
import { layerOf } from './programs.ts'

export const colourOptions = {
  sign: {
    default: 'absolute',
    choices: ['absolute', 'signed'],
    describe: 'the size of the derivative, or the derivative itself',
  },
  channels: {
    default: 'max',
    choices: ['max', 'sum'],
    describe: 'what becomes of the three colours: the largest in size, or their sum',
  },
} as const satisfies OptionSchema

/** [N, C, h, w] (or [N, h, w, C], by `axis`) -> [N, h, w] */
export function reduceColours(op: Ops, gradient: Value, axis: number, options: Options): Value {
  const absolute = options.sign === 'absolute'
  const value = absolute ? op.Abs(gradient) : gradient
  if (options.channels === 'sum') return op.ReduceSum(value, [axis], { keepdims: 0 })
  const high = op.ReduceMax(value, [axis], { keepdims: 0 })
  if (absolute) return high
  // The derivative of the colour with the largest one, with its sign.
  const low = op.ReduceMin(value, [axis], { keepdims: 0 })
  return op.Where(op.GreaterOrEqual(high, op.Neg(low)), high, low)
}

/** One number for each pixel of a tensor [1, …] that lies as the model's picture does. */
export function planeFrom(
  { format, pixels }: VisionModel,
  data: Float64Array,
  reduce: (colours: Float64Array) => number,
): Plane {
  const { height, width } = format
  const size = height * width
  const depth = data.length / size
  const colours = new Float64Array(depth)
  const out = new Float32Array(size)
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < depth; c++) colours[c] = data[pixels.layout === 'NCHW' ? c * size + i : i * depth + c] as number
    out[i] = reduce(colours)
  }
  return { width, height, data: out }
}

/** `reduceColours` on the host. */
export function colourReducer(options: Options): (colours: Float64Array) => number {
  const absolute = options.sign === 'absolute'
  if (options.channels === 'sum') return (colours) => colours.reduce((sum, v) => sum + (absolute ? Math.abs(v) : v), 0)
  const largest = (a: number, b: number) => (Math.abs(b) > Math.abs(a) || (b === -a && b > a) ? b : a)
  return (colours) => {
    const value = colours.reduce(largest)
    return absolute ? Math.abs(value) : value
  }
}

export const sumOfColours = (colours: Float64Array) => colours.reduce((sum, value) => sum + value, 0)

/** A layer's values [1, C, h, w], added over the channels. */
export function channelSum(study: Study, data: Float64Array): Plane {
  const { width, height } = layerOf(study)
  const sums = new Float64Array(width * height)
  for (let k = 0; k < data.length; k++) sums[k % sums.length] = (sums[k % sums.length] as number) + (data[k] as number)
  return { width, height, data: Float32Array.from(sums) }
}
