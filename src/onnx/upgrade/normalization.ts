/** BatchNormalization with its old training outputs and statistics per element, and Dropout with its old mask. */

import { FoveaError } from '../../error/index.ts'
import { attributesOf } from '../attributes.ts'
import type { Node } from '../graph.ts'
import { type Adapter, type Adapters, changed, input, output } from './adapter.ts'

/** BatchNormalization 7: with `spatial` = 0 each element of an image has its own statistics; y = x s + (b - mean s). */
const perElement: Adapter = (node, lift) => {
  const attributes = attributesOf(node)
  if (attributes.int('spatial', 1) === 1) return changed(node, {}, { drop: ['spatial'] })
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) => input(node, i)) as [string, ...string[]] as Five
  refuseTraining(node, lift.around.used)
  const epsilon = lift.scalar('epsilon', attributes.float('epsilon', 1e-5), variance)
  const deviation = lift.write('Sqrt', [lift.write('Add', [variance, epsilon])])
  const slope = lift.write('Mul', [scale, lift.write('Reciprocal', [deviation])])
  const offset = lift.write('Sub', [bias, lift.write('Mul', [mean, slope])])
  return {
    ...changed(node, { op: 'Add', inputs: [lift.write('Mul', [x, slope]), offset], outputs: [output(node)] }),
    attributes: {},
  }
}

type Five = [string, string, string, string, string]

/** BatchNormalization 7 and 9: further outputs are what training leaves behind; inference has none. */
const inferenceOnly: Adapter = (node, lift) => {
  refuseTraining(node, lift.around.used)
  return changed(node, { outputs: [output(node)] })
}

function refuseTraining(node: Node, used: (name: string) => boolean): void {
  const extra = node.outputs.slice(1).find((name) => name !== '' && used(name))
  if (extra === undefined) return
  throw new FoveaError(
    'FOVEA_UNSUPPORTED_OP',
    `BatchNormalization node '${node.name}' computes '${extra}' as in training; export the model for inference.`,
    { node: node.name, op: node.op, tensor: extra },
  )
}

/** Dropout 7: the mask has the data's type. */
const typedMask: Adapter = (node, lift) => {
  const mask = node.outputs[1]
  if (!mask || !lift.around.used(mask)) return changed(node, { outputs: [output(node)] })
  const zeros = lift.write('ConstantOfShape', [lift.write('Shape', [input(node, 0)])])
  lift.follow('CastLike', [zeros, input(node, 0)], mask)
  return changed(node, { outputs: [output(node)] })
}

/** Dropout 10: the ratio is an attribute, and the mask of inference all false (since 12: all true). */
const ratioInput: Adapter = (node, lift) => {
  const ratio = attributesOf(node).float('ratio', 0.5)
  const inputs = [input(node, 0), lift.floatScalar('ratio', ratio)]
  const [y, mask] = [output(node), node.outputs[1]]
  if (!mask || !lift.around.used(mask)) return changed(node, { inputs, outputs: [y] }, { drop: ['ratio'] })
  const kept = lift.fresh('mask')
  lift.follow('Not', [kept], mask)
  return changed(node, { inputs, outputs: [y, kept] }, { drop: ['ratio'] })
}

export const normalization: Adapters = {
  BatchNormalization: { 9: perElement, 14: inferenceOnly },
  Dropout: { 10: typedMask, 12: ratioInput },
}
