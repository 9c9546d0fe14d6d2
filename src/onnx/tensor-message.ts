/** TensorProto to and from Tensor: raw and typed fields, every element type that ONNX names. */

import { create } from '@bufbuild/protobuf'
import { FoveaError } from '../error/index.ts'
import { bits, type Dtype, floatToHalf, sizeOf, type Tensor, tensor } from '../tensor/index.ts'
import { dataTypeOf, dtypeOf } from './data-type.ts'
import { type TensorProto, TensorProtoSchema } from './generated/onnx_pb.ts'

export function dtypeOfMessage(message: TensorProto): Dtype {
  return dtypeOf(message.dataType, `Tensor '${message.name}'`)
}

/** Bytes that `raw_data` must hold for a shape; sub-byte elements are packed, the last byte padded. */
export function byteLength(dtype: Dtype, dims: readonly number[]): number {
  return Math.ceil((sizeOf(dims) * bits[dtype]) / 8)
}

/** @throws FoveaError FOVEA_MODEL when the stored data does not fill the declared shape */
export function readTensorMessage(message: TensorProto): Tensor {
  const dtype = dtypeOfMessage(message)
  const dims = message.dims.map(Number)
  if (dtype === 'string') {
    const decoder = new TextDecoder()
    const text = message.stringData.map((bytes) => decoder.decode(bytes))
    expectLength(message, text.length, sizeOf(dims), 'strings')
    return { dtype, dims, data: text }
  }
  if (message.rawData.length > 0 || sizeOf(dims) === 0) return readRaw(message, dtype, dims, message.rawData)
  return readTyped(message, dtype, dims)
}

/** Elements from little-endian bytes, copied so that they are aligned. */
export function readRaw(message: TensorProto, dtype: Dtype, dims: readonly number[], bytes: Uint8Array): Tensor {
  expectLength(message, bytes.length, byteLength(dtype, dims), 'bytes')
  if (bits[dtype] < 8) return { dtype, dims, data: unpack(bytes, bits[dtype], sizeOf(dims)) } as Tensor
  // Not slice(): of a Node Buffer that is a view, not a copy.
  const buffer = new Uint8Array(bytes).buffer
  return { dtype, dims, data: new arrays[dtype](buffer) } as Tensor
}

function readTyped(message: TensorProto, dtype: Dtype, dims: readonly number[]): Tensor {
  const size = sizeOf(dims)
  if (dtype === 'float32' || dtype === 'complex64') {
    expectLength(message, message.floatData.length, dtype === 'float32' ? size : 2 * size, 'floats')
    return tensor(dtype, dims, Float32Array.from(message.floatData))
  }
  if (dtype === 'float64' || dtype === 'complex128') {
    expectLength(message, message.doubleData.length, dtype === 'float64' ? size : 2 * size, 'doubles')
    return tensor(dtype, dims, Float64Array.from(message.doubleData))
  }
  if (dtype === 'int64') {
    expectLength(message, message.int64Data.length, size, 'integers')
    return tensor(dtype, dims, BigInt64Array.from(message.int64Data))
  }
  if (dtype === 'uint64' || dtype === 'uint32') {
    expectLength(message, message.uint64Data.length, size, 'integers')
    if (dtype === 'uint64') return tensor(dtype, dims, BigUint64Array.from(message.uint64Data))
    return tensor(dtype, dims, Uint32Array.from(message.uint64Data, Number))
  }
  if (bits[dtype] < 8) {
    const bytes = Uint8Array.from(message.int32Data)
    expectLength(message, bytes.length, byteLength(dtype, dims), 'packed integers')
    return { dtype, dims, data: unpack(bytes, bits[dtype], size) } as Tensor
  }
  expectLength(message, message.int32Data.length, size, 'integers')
  return { dtype, dims, data: new arrays[dtype](message.int32Data) } as Tensor
}

/** A tensor as a message with `raw_data` (strings: `string_data`). */
export function writeTensorMessage(name: string, value: Tensor): TensorProto {
  const message = create(TensorProtoSchema, {
    name,
    dims: value.dims.map(BigInt),
    dataType: dataTypeOf(value.dtype),
  })
  if (value.dtype === 'string') {
    const encoder = new TextEncoder()
    message.stringData = (value.data as string[]).map((text) => encoder.encode(text))
    return message
  }
  const data = value.data as Uint8Array
  if (bits[value.dtype] < 8) message.rawData = pack(data, bits[value.dtype])
  else message.rawData = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
  return message
}

/** 2- and 4-bit elements lie in bytes, the first in the lowest bits; in memory each has a byte of its own, signs as stored. */
function unpack(bytes: Uint8Array, width: number, size: number): Uint8Array {
  const perByte = 8 / width
  const mask = 2 ** width - 1
  return Uint8Array.from({ length: size }, (_, i) => {
    const byte = bytes[Math.floor(i / perByte)] as number
    return (byte >> ((i % perByte) * width)) & mask
  })
}

function pack(values: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const perByte = 8 / width
  const bytes = new Uint8Array(Math.ceil(values.length / perByte))
  values.forEach((value, i) => {
    const at = Math.floor(i / perByte)
    bytes[at] = (bytes[at] as number) | (value << ((i % perByte) * width))
  })
  return bytes
}

function expectLength(message: TensorProto, got: number, expected: number, unit: string): void {
  if (got === expected) return
  throw new FoveaError(
    'FOVEA_MODEL',
    `Tensor '${message.name}' of shape [${message.dims}] needs ${expected} ${unit} but the file holds ${got}; it is truncated or damaged.`,
    { tensor: message.name, expected: `${expected} ${unit}`, got: `${got} ${unit}` },
  )
}

/** A float constant in the precision of `dtype`. */
export function floatTensor(dtype: Dtype, dims: readonly number[], values: readonly number[]): Tensor {
  if (dtype === 'float16') return tensor(dtype, dims, Uint16Array.from(values, floatToHalf))
  if (dtype === 'float64') return tensor(dtype, dims, Float64Array.from(values))
  if (dtype === 'int64') return tensor(dtype, dims, BigInt64Array.from(values, BigInt))
  if (dtype === 'float32') return tensor(dtype, dims, Float32Array.from(values))
  return { dtype, dims, data: new arrays[dtype](values as number[]) } as Tensor
}

const arrays: Readonly<Record<Dtype, new (source: ArrayBuffer | number[]) => Tensor['data']>> = {
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array as unknown as new (source: ArrayBuffer | number[]) => BigInt64Array,
  uint64: BigUint64Array as unknown as new (source: ArrayBuffer | number[]) => BigUint64Array,
  bool: Uint8Array,
  float8e4m3fn: Uint8Array,
  float8e4m3fnuz: Uint8Array,
  float8e5m2: Uint8Array,
  float8e5m2fnuz: Uint8Array,
  float8e8m0: Uint8Array,
  float4e2m1: Uint8Array,
  uint4: Uint8Array,
  int4: Uint8Array,
  uint2: Uint8Array,
  int2: Uint8Array,
  string: Array as unknown as new () => string[],
}
