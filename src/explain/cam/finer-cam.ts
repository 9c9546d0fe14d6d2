/**
 * What sets the class apart from those that the model takes for most alike?
 * Grad-CAM of sum_j p_j (S_c - strength S_j) over the classes j whose scores are nearest to S_c; p_j, their softmax among
 * themselves, are constants. Zhang et al.: Finer-CAM (2025), arXiv 2501.11309.
 * Warning: what the alike classes share is left out, be it ever so important for the class.
 */

import { classLogits } from '../../autodiff/index.ts'
import { FoveaError } from '../../error/index.ts'
import type { Ops, Value } from '../../onnx/index.ts'
import type { ProgramMethod } from '../method.ts'
import type { Options } from '../options.ts'
import type { ProgramView } from '../program-view.ts'
import type { ForwardFacts } from '../recipe.ts'
import { displayOf, overChannels, overPositions, rectified } from './weighing.ts'

export const finerCam: ProgramMethod = {
  kind: 'program',
  name: 'finer-cam',
  title: 'Finer-CAM',
  family: 'cam',
  question: 'What sets the class apart from those most alike?',
  formula: 'Grad-CAM of sum_j p_j (S_c - strength S_j) over the nearest classes j',
  reference: 'Zhang et al. 2025, arXiv:2501.11309',
  warning: 'What the class shares with those alike is left out, however important.',
  cost: '1 + what lies behind the layer',
  options: {
    relu: rectified,
    strength: { default: 1, min: 0, max: 10, describe: 'how much of the other classes is taken off' },
    classes: { default: 3, min: 1, max: 100, whole: true, describe: 'how many of the nearest classes are compared' },
  },
  like: {
    'pytorch-grad-cam': {
      options: {},
      note: 'which lets the gradient run through p_j as well: its numbers differ',
    },
  },
  at: 'layer',
  display: displayOf,
  wants: (facts, options) => {
    scoresOf(facts)
    return [{ at: facts.layer?.name ?? '', objective: (view) => difference(view, options) }]
  },
  heatmap: (view, options) => {
    const { op, value, gradient } = view
    const map = overChannels(view, op.Mul(overPositions(view, gradient, 'ReduceMean'), value), options)
    return { map, details: { 'compared classes': nearest(view, options).classes } }
  },
}

function scoresOf({ vision }: ForwardFacts) {
  const { head } = vision
  if (head && head.classes > 1) return head
  throw new FoveaError(
    'FOVEA_METHOD',
    `Finer-CAM compares classes, and the model has no list of them (${vision.answer.without ?? 'it has one class'}). Use Grad-CAM.`,
  )
}

/** The classes, but the nearest of all, whose scores lie nearest to that of the target: [N, n]. */
function nearest({ op, builder, facts, score }: ProgramView, options: Options) {
  const head = scoresOf(facts)
  const logits = classLogits(builder, facts.measured, head)
  const many = Math.min(options.classes as number, head.classes - 1)
  const distance = op.Abs(op.Sub(logits, op.Unsqueeze(score, [1])))
  const [, ranked] = op.many('TopK', 2, distance, [many + 1], { axis: 1, largest: 0 }) as [Value, Value]
  const classes = op.Slice(ranked, [1], [many + 1], [1])
  return { classes, scores: op.GatherElements(logits, classes, { axis: 1 }) }
}

function difference(view: ProgramView, options: Options): Value {
  const { op, score } = view
  const { scores } = nearest(view, options)
  const likeness = held(op, op.Softmax(scores, { axis: 1 }))
  const apart = op.Sub(op.Unsqueeze(score, [1]), op.Mul(scores, options.strength as number))
  return op.ReduceSum(op.Mul(likeness, apart), [1], { keepdims: 0 })
}

/** Numbers from 0 to 1 as constants: integers pass no gradient. Exact down to 2^-17, and to 2^-40 below. */
function held(op: Ops, value: Value): Value {
  const scale = 2 ** 40
  return op.Div(op.Cast(op.Cast(op.Mul(value, scale), { to: 7 }), { to: 1 }), scale)
}
