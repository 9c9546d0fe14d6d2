/** NumPy's .npy files, version 1.0, little endian: one tensor with its shape and type. Other orders and types are refused. */

import { FoveaError } from '../error/index.ts'
import type { Arrays, Dtype } from './dtype.ts'
import { sizeOf, type Tensor, tensor } from './tensor.ts'

const descriptions: Partial<Record<Dtype, string>> = {
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  bool: '|b1',
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]

/** @throws FoveaError FOVEA_USAGE for a type that NumPy does not have (strings, bfloat16, 8-bit floats …) */
export function encodeNpy({ dtype, dims, data }: Tensor): Uint8Array {
  const description = descriptions[dtype]
  if (!description)
    throw new FoveaError('FOVEA_USAGE', `A ${dtype} tensor cannot be written as .npy; convert it to float32.`)
  const shape = `(${dims.join(', ')}${dims.length === 1 ? ',' : ''})`
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': ${shape}, }`
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10
  const { buffer, byteOffset, byteLength } = data as Float32Array
  const out = new Uint8Array(10 + length + byteLength)
  out.set([...magic, length & 255, length >> 8])
  for (let i = 0; i < length; i++) out[10 + i] = i === length - 1 ? 10 : i < text.length ? text.charCodeAt(i) : 32
  out.set(new Uint8Array(buffer, byteOffset, byteLength), 10 + length)
  return out
}

/** @throws FoveaError FOVEA_IO for files that are not .npy 1.0 to 3.0, are big endian, in Fortran order, or cut short */
export function decodeNpy(bytes: Uint8Array): Tensor {
  const fail = (why: string) => new FoveaError('FOVEA_IO', `This .npy file cannot be read: ${why}.`)
  if (bytes.length < 12 || magic.slice(0, 6).some((byte, i) => bytes[i] !== byte))
    throw fail('it does not start with NUMPY')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const long = (bytes[6] as number) >= 2
  const start = long ? 12 : 10
  const end = start + (long ? view.getUint32(8, true) : view.getUint16(8, true))
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, end))
  const description = /'descr':\s*'([^']*)'/.exec(header)?.[1]
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1]
  const dtype = (Object.keys(descriptions) as Dtype[]).find(
    (name) => descriptions[name]?.slice(1) === description?.slice(1),
  )
  if (!dtype || description?.startsWith('>')) throw fail(`its type is '${description ?? 'missing'}'`)
  if (shape === undefined) throw fail('its header has no shape')
  if (/'fortran_order':\s*True/.test(header)) throw fail('it is in Fortran order (save numpy.ascontiguousarray of it)')
  const dims = shape
    .split(',')
    .map((dim) => dim.trim())
    .filter(Boolean)
    .map(Number)
  const size = sizeOf(dims)
  const width = Number(description?.slice(2))
  if (!Number.isSafeInteger(size) || end + size * width > bytes.length)
    throw fail(`its shape [${dims}] needs ${size * width} bytes, but only ${Math.max(0, bytes.length - end)} follow`)
  return tensor(dtype, dims, typed(dtype, new Uint8Array(bytes.subarray(end, end + size * width))))
}

const arrays: Partial<Record<Dtype, new (buffer: ArrayBuffer) => Arrays[Dtype]>> = {
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
}

function typed(dtype: Dtype, bytes: Uint8Array<ArrayBuffer>): Arrays[Dtype] {
  const Type = arrays[dtype] as new (buffer: ArrayBuffer) => Arrays[Dtype]
  return new Type(bytes.buffer)
}
