/** Resampling kernels as tables of weights: which source samples make one output sample, on one axis. No pixels here. */

import { FoveaError } from '../error/index.ts'

export type Filter = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos'

interface Kernel {
  readonly support: number
  readonly weight: (x: number) => number
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI))

/** Keys' cubic with a = -1/2, as Pillow, TensorFlow and Matlab use it (OpenCV and torch without antialias: -3/4). */
function cubic(x: number): number {
  const a = -0.5
  const d = Math.abs(x)
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0
}

const kernels: Readonly<Record<Exclude<Filter, 'nearest'>, Kernel>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
}

/** Output sample `i` is the sum of `weights[i * taps + j] * source[first[i] + j]` over j < count[i]. */
export interface Weights {
  readonly taps: number
  readonly first: Int32Array
  readonly count: Int32Array
  readonly weights: Float64Array
}

/**
 * The weights that take the samples from `start` to `end` (of `size`) to `out` samples, half-pixel centres. With
 * `antialias` the kernel is widened by the reduction, so that no source sample is skipped.
 *
 * Source: the published behaviour of Pillow's `Image.resize`, which the tests compare against.
 */
export function resampling(
  filter: Exclude<Filter, 'nearest'>,
  size: number,
  start: number,
  end: number,
  out: number,
  antialias: boolean,
): Weights {
  const kernel = kernels[filter]
  if (!kernel) throw new FoveaError('FOVEA_USAGE', `There is no resize filter '${filter}'.`)
  const scale = Math.fround(end - start) / out
  const widen = antialias ? Math.max(1, scale) : 1
  const narrow = 1 / widen
  const support = kernel.support * widen
  const taps = Math.ceil(support) * 2 + 1
  const table = {
    taps,
    first: new Int32Array(out),
    count: new Int32Array(out),
    weights: new Float64Array(out * taps),
  }
  for (let i = 0; i < out; i++) {
    const centre = start + (i + 0.5) * scale
    const first = Math.max(0, Math.trunc(centre - support + 0.5))
    const count = Math.min(size, Math.trunc(centre + support + 0.5)) - first
    let sum = 0
    for (let j = 0; j < count; j++) {
      const weight = kernel.weight((j + first - centre + 0.5) * narrow)
      table.weights[i * taps + j] = weight
      sum += weight
    }
    if (sum !== 0)
      for (let j = 0; j < count; j++) table.weights[i * taps + j] = (table.weights[i * taps + j] ?? 0) / sum
    table.first[i] = first
    table.count[i] = count
  }
  return table
}
