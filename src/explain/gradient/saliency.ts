/**
 * Which pixels, changed a little, would change the score most?
 * M(x, y) = max over colours of |d S_c / d I(x, y, colour)|, S_c the score before the softmax.
 * Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks (2013), arXiv 1312.6034.
 * Warning: the map shows sensitivity, not evidence: a pixel may matter much and count against the class.
 */

import type { Value } from '../../onnx/index.ts'
import type { ProgramMethod } from '../method.ts'
import type { ProgramView } from '../recipe.ts'

export const saliency: ProgramMethod = {
  kind: 'program',
  name: 'saliency',
  title: 'Saliency',
  family: 'gradient',
  question: 'Which pixels, changed a little, would change the score most?',
  formula: 'max over colours of |dS/dI|',
  reference: 'Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034',
  warning: 'It shows sensitivity, not evidence: a pixel may matter much and count against the class.',
  cost: '2',
  options: {
    sign: {
      default: 'absolute',
      choices: ['absolute', 'signed'],
      describe: 'the size of the derivative, or the derivative itself',
    },
    channels: {
      default: 'max',
      choices: ['max', 'sum'],
      describe: 'what becomes of the three colours: the largest in size, or their sum',
    },
    objective: {
      default: 'score',
      choices: ['score', 'cross-entropy'],
      describe: "what is differentiated: the class's score before the softmax, or the loss of the class",
    },
  },
  at: 'image',
  display: (options) => (options.sign === 'signed' ? 'signed' : 'pixel'),
  target: (options) => (options.objective === 'cross-entropy' ? 'loss[class]' : undefined),
  heatmap: (view, options) => {
    const { op, gradient, channels } = view
    const absolute = options.sign === 'absolute'
    const value = absolute ? op.Abs(gradient) : gradient
    if (options.channels === 'sum') return op.ReduceSum(value, [channels], { keepdims: 0 })
    return absolute ? op.ReduceMax(value, [channels], { keepdims: 0 }) : largest(view)
  },
}

/** The derivative of the colour with the largest one, with its sign. */
function largest({ op, gradient, channels }: ProgramView): Value {
  const high = op.ReduceMax(gradient, [channels], { keepdims: 0 })
  const low = op.ReduceMin(gradient, [channels], { keepdims: 0 })
  return op.Where(op.GreaterOrEqual(high, op.Neg(low)), high, low)
}
