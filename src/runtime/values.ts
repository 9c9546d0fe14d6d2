/** Any value of a graph, by name: the graph is run with that value as an output. */

import { didYouMean, FoveaError } from '../error/index.ts'
import { type Model, type ValueInfo, valueDtypes, withGraph } from '../onnx/index.ts'
import type { Feeds, SessionOptions } from '../platform/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { openProgram } from './program.ts'

/** @throws FoveaError FOVEA_LAYER for a name that the graph does not have */
export async function readValues(
  model: Model,
  feeds: Feeds,
  names: readonly string[],
  options: SessionOptions = {},
): Promise<Record<string, Tensor>> {
  const dtypes = valueDtypes(model.graph)
  const outputs = names.map((name): ValueInfo => {
    const dtype = dtypes.get(name)
    if (!dtype)
      throw new FoveaError('FOVEA_LAYER', `The model has no value '${name}'${didYouMean(name, dtypes.keys())}.`, {
        tensor: name,
      })
    return { name, dtype }
  })
  await using program = await openProgram(withGraph(model, { ...model.graph, outputs }), options)
  return await program.run(feeds)
}
