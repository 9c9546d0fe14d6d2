/** The inputs beside the picture: those with a default are frozen, the others must be given. */

import { didYouMean, FoveaError } from '../error/index.ts'
import { freezeDefaults, type Model, printType, requiredInputs, type ValueInfo, withGraph } from '../onnx/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { type GivenInput, inputTensor } from './feeds.ts'

export interface OtherInputs {
  /** The model without overridable inputs. */
  readonly frozen: Model
  /** What is fed beside the picture. */
  readonly inputs: Readonly<Record<string, Tensor>>
}

/** @throws FoveaError FOVEA_USAGE that lists what must be given, FOVEA_SHAPE */
export function otherInputs(model: Model, image: ValueInfo, given: Readonly<Record<string, GivenInput>>): OtherInputs {
  const { graph } = model
  const others = graph.inputs.filter(({ name }) => name !== image.name)
  const names = others.map(({ name }) => name)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const has =
      names.length === 0
        ? 'it has none beside the picture'
        : `beside the picture it has ${names.slice(0, 8).join(', ')}`
    throw new FoveaError(
      'FOVEA_USAGE',
      `The model has no input '${unknown}' to be given${didYouMean(unknown, names)}; ${has}.`,
    )
  }
  const tensors = Object.fromEntries(
    others
      .filter(({ name }) => Object.hasOwn(given, name))
      .map((info) => [info.name, inputTensor(info, given[info.name] as GivenInput)]),
  )
  const needed = requiredInputs(graph).filter(({ name }) => name !== image.name)
  const missing = needed.filter(({ name }) => !Object.hasOwn(tensors, name))
  if (missing.length > 0) {
    const list = missing.map(({ name, dtype, shape }) => `'${name}' ${printType(dtype, shape)}`).join(', ')
    throw new FoveaError(
      'FOVEA_USAGE',
      `The model takes more than the picture '${image.name}': give ${list}, for example --input ${missing[0]?.name}=0 or --input ${missing[0]?.name}=values.npy.`,
      { tensor: missing[0]?.name ?? '' },
    )
  }
  const frozen = freezeDefaults(graph, tensors)
  const inputs = Object.fromEntries(needed.map(({ name }) => [name, tensors[name] as Tensor]))
  return { frozen: frozen === graph ? model : withGraph(model, frozen), inputs }
}
