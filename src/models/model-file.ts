/** A model as it is opened: from bytes or from a file. The weights of a large file stay in it. */

import { readBytes, sha256, weightFile } from '#platform'
import { FoveaError } from '../error/index.ts'
import { type ExternalData, leaveWeights, type Model, readModel } from '../onnx/index.ts'

export interface ModelFile {
  readonly model: Model
  /** sha256 of the file, in hexadecimal. */
  hash(): Promise<string>
}

/**
 * @param external where tensors beside the model are read from
 * @throws FoveaError as `readModel`, and where the file cannot be read
 */
export async function readModelFile(source: string | Uint8Array, external?: ExternalData): Promise<ModelFile> {
  const path = typeof source === 'string' ? source : undefined
  const options = { name: path ?? 'The model', ...(external ? { external } : {}) }
  const weights = path === undefined ? undefined : weightFile(path)
  const left = weights && leaveWeights(weights.read, weights.size, weights.name)
  try {
    if (left) return { model: readModel(left, { ...options, weights }), hash: weights.sha256 }
  } catch (error) {
    // Damage is told with the offsets of the whole file.
    if (!(error instanceof FoveaError) || error.code !== 'FOVEA_NOT_ONNX') throw error
  }
  const bytes = typeof source === 'string' ? await readBytes(source) : source
  return { model: readModel(bytes, options), hash: () => sha256(bytes) }
}
