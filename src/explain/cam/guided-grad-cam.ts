/**
 * Which fine structures lie where the evidence for the class is?
 * M = sum over the colours of guided backpropagation at the image, times Grad-CAM enlarged to it.
 * Selvaraju et al.: Grad-CAM (2016), arXiv 1610.02391.
 * Warning: the fine factor hardly changes when the weights are randomised (Adebayo et al. 2018): only the coarse one is evidence.
 */

import type { ProgramMethod } from '../method.ts'
import { guidedRules } from '../propagation/index.ts'
import { overChannels, overPositions, resized } from './weighing.ts'

export const guidedGradCam: ProgramMethod = {
  kind: 'program',
  name: 'guided-grad-cam',
  title: 'Guided Grad-CAM',
  family: 'cam',
  question: 'Which fine structures lie where the evidence for the class is?',
  formula: 'guided backpropagation x enlarged Grad-CAM',
  reference: 'Selvaraju et al. 2016, arXiv:1610.02391',
  warning: 'Its fine detail hardly changes when the weights are randomised: only the coarse factor is evidence.',
  cost: '2',
  options: {
    resize: {
      default: 'bilinear',
      choices: ['bilinear', 'nearest'],
      describe: 'how the Grad-CAM is enlarged to the image',
    },
  },
  like: { captum: { options: { resize: 'nearest' }, note: 'summed over the colours, which it leaves apart' } },
  at: 'layer',
  size: 'image',
  display: () => 'signed',
  wants: (facts) => [{ at: facts.layer?.name ?? '' }, { at: facts.vision.pixels.name, rules: guidedRules(facts) }],
  heatmap: (view, { resize }) => {
    const { op, value, gradient, parts } = view
    const coarse = overChannels(view, op.Mul(overPositions(view, gradient, 'ReduceMean'), value), { relu: true })
    const fine = parts[1] as (typeof parts)[0]
    const colours = op.ReduceSum(fine.gradient, [fine.channels], { keepdims: 0 })
    const { height, width } = view.facts.vision.format
    return op.Mul(colours, resized(view, coarse, [height, width], resize === 'nearest'))
  },
}
