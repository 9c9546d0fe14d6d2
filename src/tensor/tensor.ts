/** A tensor is an array of numbers with a shape: row-major, no strides, no device. */

import { FoveaError } from '../error/index.ts'
import type { Arrays, Dtype } from './dtype.ts'
import { bfloatToFloat, halfToFloat } from './half.ts'

export interface Tensor<D extends Dtype = Dtype> {
  readonly dtype: D
  readonly dims: readonly number[]
  readonly data: Arrays[D]
}

/** The number of elements of a shape; 1 for a scalar's `[]`. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1)
}

/** @throws FoveaError FOVEA_SHAPE when the data does not fill the shape */
export function tensor<D extends Dtype>(dtype: D, dims: readonly number[], data: Arrays[D]): Tensor<D> {
  if (data.length !== sizeOf(dims) * (dtype.startsWith('complex') ? 2 : 1))
    throw new FoveaError(
      'FOVEA_SHAPE',
      `A tensor of shape [${dims}] needs ${sizeOf(dims)} elements, not ${data.length}.`,
    )
  return { dtype, dims, data }
}

export function float32(dims: readonly number[], data: Float32Array | readonly number[]): Tensor<'float32'> {
  return tensor('float32', dims, data instanceof Float32Array ? data : Float32Array.from(data))
}

export function int64(dims: readonly number[], data: readonly (number | bigint)[]): Tensor<'int64'> {
  return tensor('int64', dims, BigInt64Array.from(data, BigInt))
}

/** Any numeric tensor's elements as float64 numbers (int64 beyond 2^53 loses its last digits). */
export function numbers(t: Tensor): Float64Array {
  if (t.dtype === 'float16') return Float64Array.from(t.data as Uint16Array, halfToFloat)
  if (t.dtype === 'bfloat16') return Float64Array.from(t.data as Uint16Array, bfloatToFloat)
  if (t.dtype === 'string' || t.dtype.startsWith('complex') || /^(float8|float4|u?int[24]$)/.test(t.dtype))
    throw new FoveaError('FOVEA_SHAPE', `A ${t.dtype} tensor cannot be read as numbers.`)
  if (t.data instanceof Float32Array || t.data instanceof Float64Array) return new Float64Array(t.data)
  return Float64Array.from(t.data as Float32Array | BigInt64Array as ArrayLike<number>, Number)
}
