/**
 * Which fine structures lie where the evidence for the class is?
 * M = guided backpropagation at the image (its largest colour, or the sum of them) times Grad-CAM enlarged to it.
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
    channels: {
      default: 'max',
      choices: ['max', 'sum'],
      describe: 'what becomes of the three colours: the largest in size, or their sum',
    },
  },
  like: { captum: { options: { resize: 'nearest', channels: 'sum' }, note: 'before the colours are summed' } },
  at: 'layer',
  size: 'image',
  display: ({ channels }) => (channels === 'max' ? 'pixel' : 'signed-pixel'),
  wants: (facts) => [{ at: facts.layer?.name ?? '' }, { at: facts.vision.pixels.name, rules: guidedRules(facts) }],
  heatmap: (view, { resize, channels }) => {
    const { op, value, gradient, parts } = view
    const coarse = overChannels(view, op.Mul(overPositions(view, gradient, 'ReduceMean'), value), { relu: true })
    const fine = parts[1] as (typeof parts)[0]
    const colours =
      channels === 'max'
        ? op.ReduceMax(op.Abs(fine.gradient), [fine.channels], { keepdims: 0 })
        : op.ReduceSum(fine.gradient, [fine.channels], { keepdims: 0 })
    const { height, width } = view.facts.vision.format
    return op.Mul(colours, resized(view, coarse, [height, width], resize === 'nearest'))
  },
}
