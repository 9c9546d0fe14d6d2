/** ONNX's numbers for element types (TensorProto.DataType) to and from Fovea's names. */

import { FoveaError } from '../error/index.ts'
import type { Dtype } from '../tensor/index.ts'

const names: readonly (Dtype | null)[] = [
  null,
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
]

/** @throws FoveaError FOVEA_MODEL for a number that ONNX does not define */
export function dtypeOf(code: number, where: string): Dtype {
  const name = names[code]
  if (!name) throw new FoveaError('FOVEA_MODEL', `${where} has element type ${code}, which Fovea does not know.`)
  return name
}

export function dataTypeOf(dtype: Dtype): number {
  return names.indexOf(dtype)
}
