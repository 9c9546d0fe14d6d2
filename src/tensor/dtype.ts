/** The element types that ONNX names, and the typed array that holds each in memory. */

/** Float16 and bfloat16 lie in a Uint16Array (Node 20 has no Float16Array); 8-bit floats and bool in a Uint8Array. */
export interface Arrays {
  float32: Float32Array
  uint8: Uint8Array
  int8: Int8Array
  uint16: Uint16Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  string: string[]
  bool: Uint8Array
  float16: Uint16Array
  float64: Float64Array
  uint32: Uint32Array
  uint64: BigUint64Array
  complex64: Float32Array
  complex128: Float64Array
  bfloat16: Uint16Array
  float8e4m3fn: Uint8Array
  float8e4m3fnuz: Uint8Array
  float8e5m2: Uint8Array
  float8e5m2fnuz: Uint8Array
  uint4: Uint8Array
  int4: Uint8Array
  float4e2m1: Uint8Array
  float8e8m0: Uint8Array
  uint2: Uint8Array
  int2: Uint8Array
}

export type Dtype = keyof Arrays

/** Bits of one element as ONNX stores it in `raw_data`; 0 for strings, which never lie there. */
export const bits: Readonly<Record<Dtype, number>> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  string: 0,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
  float8e8m0: 8,
  uint2: 2,
  int2: 2,
}

/** The types through which a gradient can flow. */
export function isFloat(dtype: Dtype): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16'
}
