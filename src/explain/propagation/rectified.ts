/** What the methods that change the ReLU have in common: their rules, with what they did elsewhere, and what becomes of the colours. */

import type { RemarkedRules } from '../../autodiff/index.ts'
import { deconvnet, guided, rectGrad } from '../../autodiff/index.ts'
import { FoveaError } from '../../error/index.ts'
import type { Value } from '../../onnx/index.ts'
import type { Display } from '../method.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { ProgramView } from '../program-view.ts'
import type { ForwardFacts, Rules } from '../recipe.ts'

export const guidedRules = (facts: ForwardFacts): Rules => rulesOf(facts, 'guided', 'Guided backpropagation', guided())

export const deconvnetRules = (facts: ForwardFacts): Rules => rulesOf(facts, 'deconvnet', 'The deconvnet', deconvnet())

/** @param percentile see `rectGrad` */
export const rectGradRules = (facts: ForwardFacts, percentile: number): Rules =>
  rulesOf(facts, 'rect-grad', 'RectGrad', rectGrad(percentile))

/** @throws FoveaError FOVEA_UNSUPPORTED_OP for a model without a ReLU: the map would be the gradient */
function rulesOf({ graph, vision }: ForwardFacts, name: string, title: string, { set, remarks }: RemarkedRules): Rules {
  if (!graph.nodes.some(({ op }) => op === 'Relu' || op === 'Clip'))
    throw new FoveaError(
      'FOVEA_UNSUPPORTED_OP',
      `${title} changes the gradient at ReLUs, and ${vision.name} has none: its map would be the plain gradient. Use saliency, or input-x-gradient.`,
    )
  return {
    name,
    set,
    get notes() {
      return remarks.sentences
    },
  }
}

export const colourOptions = (otherwise: 'sum' | 'max') =>
  ({
    channels: {
      default: otherwise,
      choices: ['sum', 'max'],
      describe: 'what becomes of the three colours: their sum, or the largest in size',
    },
  }) satisfies OptionSchema

export const colourDisplay = (options: Options): Display => (options.channels === 'max' ? 'pixel' : 'signed-pixel')

/** [N, C, h, w] or [N, h, w, C] to [N, h, w]. */
export function overColours({ op, channels }: ProgramView, value: Value, options: Options): Value {
  return options.channels === 'max'
    ? op.ReduceMax(op.Abs(value), [channels], { keepdims: 0 })
    : op.ReduceSum(value, [channels], { keepdims: 0 })
}
