/** Pools that sum: the average and the L^p norm, of windows and of everything. (The maximum is in max-pool.ts.) */

import type { Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Backward, RuleSet } from '../rule.ts'
import { stretchedTo } from './kinds.ts'
import { globalMaxPool, maxPool, maxUnpool, rectifiedMaxPool } from './max-pool.ts'
import { reached, type Window, windowOf } from './window.ts'

export const pooling: RuleSet = {
  MaxPool: maxPool,
  'fovea:RectifiedMaxPool': rectifiedMaxPool,
  MaxUnpool: maxUnpool,
  GlobalMaxPool: globalMaxPool,
  /** Each output is the sum of its window over a divisor. */
  AveragePool: (at) => {
    const { op, dy, attributes } = at
    const window = poolWindow(at)
    const counts = divisors(window, attributes.int('count_include_pad', 0) === 1)
    if (counts.every((count) => count === counts[0])) return [spread(at, window, dy, 1 / (counts[0] as number))]
    const each = op.CastLike(at.literal(float32([1, 1, ...window.narrow], counts)), dy)
    return [spread(at, window, op.Div(dy, each))]
  },
  /** y^p = sum |x|^p: dx = sign(x) |x|^(p-1) times dy y^(1-p), summed over the windows. */
  LpPool: (at) => [at.op.Mul(slope(at), spread(at, poolWindow(at), at.op.Mul(at.dy, inverse(at))))],
  GlobalAveragePool: (at) => {
    const { op, x, dy } = at
    const [, , ...sizes] = at.shape(x[0]).dims
    return [stretchedTo(at, op.Mul(dy, 1 / sizeOf(sizes)), x[0], spatial(sizes))]
  },
  GlobalLpPool: (at) => [at.op.Mul(slope(at), at.op.Mul(at.dy, inverse(at)))],
}

const poolWindow = (at: Backward) =>
  windowOf(at, at.attributes.ints('kernel_shape') ?? at.refuse('it has no kernel_shape'), at.x[0], at.y[0])

/** How many pixels each window counts. Beyond the padding (ceil_mode) nothing counts. */
function divisors(window: Window, includePad: boolean): number[] {
  const { kernel, strides, dilations, before, after, wide, narrow } = window
  const along = narrow.map((size, axis) =>
    Array.from({ length: size }, (_, i) => {
      const start = i * (strides[axis] as number) - (before[axis] as number)
      const low = includePad ? -(before[axis] as number) : 0
      const high = (wide[axis] as number) + (includePad ? (after[axis] as number) : 0)
      const taps = Array.from({ length: kernel[axis] as number }, (_, k) => start + k * (dilations[axis] as number))
      return taps.filter((tap) => tap >= low && tap < high).length
    }),
  )
  return along.reduce<number[]>((counts, axis) => counts.flatMap((count) => axis.map((n) => count * n)), [1])
}

/** The reverse of summing over windows: `scale` times each share goes to every pixel of its window, and adds up there. */
function spread(at: Backward, window: Window, share: Value, scale = 1): Value {
  const { op } = at
  const { kernel, strides, dilations, before, wide, narrow } = window
  const times = (value: Value, factor: number) => (factor === 1 ? value : op.Mul(value, factor))
  const near = dilations.every((d) => d === 1)
  if (near && kernel.every((k, i) => k === strides[i]))
    return placed(at, window, repeat(at, times(share, scale), kernel))
  if (near && strides.every((s) => s === 1)) {
    const ahead = kernel.map((k, i) => k - 1 - (before[i] as number))
    const behind = wide.map((size, i) => size + (before[i] as number) - (narrow[i] as number))
    const mean = op.AveragePool(share, { kernel_shape: kernel, pads: [...ahead, ...behind], count_include_pad: 1 })
    return times(mean, scale * sizeOf(kernel))
  }
  const ones = op.CastLike(at.literal(float32([1, 1, ...kernel], new Float32Array(sizeOf(kernel)).fill(1))), share)
  const planes = op.Reshape(times(share, scale), [-1, 1, ...narrow])
  const all = op.ConvTranspose(planes, ones, { kernel_shape: kernel, strides, dilations })
  const channels = at.shape(at.x[0]).dims[1] as number
  return placed(at, window, op.Reshape(all, [-1, channels, ...wide.map((_, i) => reached(window, i))]))
}

/** Each pixel becomes a block of equal ones, for windows that lie side by side: the engine is fastest at it as an upsampling. */
function repeat({ op, literal }: Backward, share: Value, kernel: readonly number[]): Value {
  const scales = literal(float32([kernel.length + 2], [1, 1, ...kernel]))
  const copying = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
  return op.Resize(share, null, scales, copying)
}

/** What the windows reach, cut and filled up with zeros to the input's size. */
function placed(at: Backward, window: Window, value: Value): Value {
  const start = window.before.map((pad) => -pad)
  const end = window.wide.map((size, i) => size + (window.before[i] as number) - reached(window, i))
  return [...start, ...end].some((pad) => pad !== 0) ? at.op.Pad(value, [0, 0, ...start, 0, 0, ...end]) : value
}

/** sign(x) |x|^(p-1). */
function slope({ op, x, attributes }: Backward): Value {
  const p = attributes.int('p', 2)
  if (p === 1) return op.Sign(x[0])
  if (p === 2) return x[0]
  return p % 2 === 0 ? op.Pow(x[0], p - 1) : op.Mul(x[0], op.Pow(op.Abs(x[0]), p - 2))
}

/** y^(1-p), and 0 where y = 0. */
function inverse({ op, y, attributes }: Backward): Value {
  const p = attributes.int('p', 2)
  const positive = op.Greater(y[0], 0)
  return op.Where(positive, op.Pow(op.Where(positive, y[0], 1), 1 - p), 0)
}

const spatial = (sizes: readonly number[]) => sizes.map((_, i) => i + 2)
const sizeOf = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)
