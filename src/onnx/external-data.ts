/** Tensors whose bytes lie in files beside the model. What may be read is decided by whoever supplies the bytes. */

import { FoveaError } from '../error/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { TensorProto } from './generated/onnx_pb.ts'
import { byteLength, dtypeOfMessage, readRaw } from './tensor-message.ts'

/** Gives `length` bytes at `offset` of a file named relative to the model; throws when it may not or cannot. */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array

/** The file that a tensor says it lies in. */
export const locationOf = (message: TensorProto): string | undefined =>
  message.externalData.find(({ key }) => key === 'location')?.value

/** @throws FoveaError FOVEA_EXTERNAL_DATA */
export function readExternal(message: TensorProto, source: ExternalData | undefined): Tensor {
  const entries = new Map(message.externalData.map(({ key, value }) => [key, value]))
  const location = entries.get('location') ?? ''
  const dtype = dtypeOfMessage(message)
  const dims = message.dims.map(Number)
  const expected = byteLength(dtype, dims)
  const offset = Number(entries.get('offset') ?? 0)
  const length = entries.has('length') ? Number(entries.get('length')) : expected
  const refuse = (why: string): never => {
    throw new FoveaError(
      'FOVEA_EXTERNAL_DATA',
      `Tensor '${message.name}' lies in the external file '${location}', ${why}.`,
      {
        tensor: message.name,
      },
    )
  }
  checkLocation(location, refuse)
  if (!Number.isSafeInteger(offset) || offset < 0) refuse(`at the impossible offset ${entries.get('offset')}`)
  if (length !== expected) refuse(`which is said to hold ${length} bytes of it where its shape needs ${expected}`)
  if (!source) return refuse('which cannot be read here; give the model as a file with its data beside it')
  return readRaw(message, dtype, dims, source(location, offset, length))
}

function checkLocation(location: string, refuse: (why: string) => never): void {
  if (location === '') refuse('but no file is named')
  const plain = location.split(/[/\\]/).every((part) => part !== '' && part !== '..')
  if (!plain || location.includes('\\') || location.includes('\0') || /^[a-zA-Z]:/.test(location))
    refuse("which is not a plain path inside the model's folder")
}
