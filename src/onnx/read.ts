/** The way into Fovea for a model: bytes to a checked model without functions, in the one dialect that the rest knows. */

import { FoveaError } from '../error/index.ts'
import { inWords, sniff } from '../platform/index.ts'
import { ordered } from './check.ts'
import { type DecodeOptions, decodeModel } from './decode.ts'
import { withGraph } from './encode.ts'
import type { Model } from './graph.ts'
import { inlineFunctions } from './passes/inline-functions.ts'
import { upgrade } from './upgrade/upgrade.ts'

/**
 * Reads a model in opset-18 form or later, nodes in the order in which they run, functions written out. A model that needs none of
 * that is exactly what the file says.
 * @throws FoveaError FOVEA_NOT_ONNX, FOVEA_MODEL, FOVEA_OPSET, FOVEA_EXTERNAL_DATA, FOVEA_UNSUPPORTED_OP
 */
export function readModel(bytes: Uint8Array, options: DecodeOptions = {}): Model {
  const file = options.name ?? 'The model'
  const model = inOrder(decoded(bytes, file, options))
  const version = model.opsets['']
  // A call that fills in an attribute helps to lift the body; a body of another version must be lifted on its own.
  const mixed = model.functions.some((f) => (f.opsets[''] ?? version) !== version)
  const lifted = mixed ? inlineFunctions(upgrade(model, file)) : upgrade(inlineFunctions(model), file)
  if (lifted === model) return model
  const ready = inOrder(lifted)
  return version === undefined ? ready : withGraph(ready, ready.graph, { fileOpset: version })
}

function inOrder(model: Model): Model {
  const graph = ordered(model.graph)
  return graph === model.graph ? model : withGraph(model, graph)
}

/** What is no ONNX is told by its first bytes; they are asked only now, because protobuf itself has no such mark. */
function decoded(bytes: Uint8Array, file: string, options: DecodeOptions): Model {
  try {
    return decodeModel(bytes, { ...options, name: file })
  } catch (error) {
    const kind = error instanceof FoveaError && error.code === 'FOVEA_NOT_ONNX' ? sniff(bytes) : 'unknown'
    if (kind === 'unknown') throw error
    const what = inWords(kind)
    throw new FoveaError('FOVEA_NOT_ONNX', `${file} is not an ONNX model: it is ${what}.`, { file, got: what }, error)
  }
}
