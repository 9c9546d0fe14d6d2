/**
 * What makes the score differ from that of a picture without information?
 * M = m (x - x'), m the multipliers: gradients with the slope (y - y') / (x - x') at bent operators, so that sum M = S(x) - S(x').
 * Shrikumar et al.: Learning important features through propagating activation differences (2017), arXiv 1704.02685.
 * Warning: it answers relative to the reference: what looks like it (black pixels of a black reference) gets nothing.
 */

import { deepLift, referenceName, withReference } from '../../autodiff/index.ts'
import type { ProgramMethod } from '../method.ts'
import { colourDisplay, colourOptions, overColours } from './rectified.ts'
import { referenceOptions, withReferencePixels } from './reference.ts'

export const deepLiftMethod: ProgramMethod = {
  kind: 'program',
  name: 'deeplift',
  title: 'DeepLIFT',
  family: 'propagation',
  question: 'What makes the score differ from that of a picture without information?',
  formula: "m (x - x'), m the slopes between reference and image",
  reference: 'Shrikumar et al. 2017, arXiv:1704.02685',
  warning: 'It answers relative to the reference: black pixels get nothing where the reference is black.',
  cost: '4',
  options: { ...referenceOptions, ...colourOptions('sum') },
  like: {
    captum: {
      options: { channels: 'sum' },
      note: 'Captum keeps the colours apart; where pooling windows overlap it loses a part of the sum.',
    },
  },
  at: 'image',
  display: colourDisplay,
  forward: (graph, facts, options) =>
    withReference(withReferencePixels(graph, facts, options), facts.vision.pixels.name, facts.score.name),
  wants: ({ vision, graph }) => {
    const { set, remarks } = deepLift(graph)
    const rules = {
      name: 'deeplift rescale',
      set,
      get notes() {
        return remarks.sentences
      },
    }
    return [{ at: vision.pixels.name, rules }]
  },
  heatmap: (view, options) => {
    const { op, builder, value, gradient, score, facts } = view
    const { pixels } = facts.vision
    const found = builder.value(referenceName(pixels.name))
    const real = found.dtype === 'float32' ? found : op.Cast(found, { to: 1 })
    const before = pixels.batched ? real : op.Unsqueeze(real, [0])
    const parts = op.Mul(gradient, op.Sub(value, before))
    const promised = op.Sub(score, builder.value(referenceName(score.name)))
    return {
      map: overColours(view, parts, options),
      sum: op.ReduceSum(parts, [1, 2, 3], { keepdims: 0 }),
      promised,
    }
  },
}
