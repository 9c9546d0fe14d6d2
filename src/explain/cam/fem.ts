/**
 * Where is this layer unusually active?
 * M = sum_k mean(A_k) [A_k > mean + k std], over the positions of each channel; it asks for no class.
 * Fuad et al.: Features understanding in 3D CNNs for actions recognition in video (2020), IPTA.
 * Warning: class-agnostic: it shows what excites the layer, whatever the answer.
 */

import type { ProgramMethod } from '../method.ts'
import { displayOf, overChannels, overPositions, signed, stretched } from './weighing.ts'

export const fem: ProgramMethod = {
  kind: 'program',
  name: 'fem',
  title: 'FEM',
  family: 'cam',
  question: 'Where is this layer unusually active, whatever the class?',
  formula: 'sum_k mean(A_k) [A_k > mean + sigmas std]',
  reference: 'Fuad et al. 2020, IPTA (feature explanation method)',
  warning: 'It knows no class: it shows what excites the layer, whatever the answer.',
  cost: '1',
  options: {
    relu: signed,
    sigmas: { default: 2, min: 0, max: 100, describe: 'standard deviations above the mean that count as unusual' },
    form: {
      default: 'mean',
      choices: ['mean', 'share'],
      describe: 'mean(A_k) where A_k is unusual, as the paper; or A_k times the share of positions where it is',
    },
  },
  like: { 'pytorch-grad-cam': { options: { form: 'share', relu: true }, note: stretched } },
  at: 'layer',
  classFree: true,
  display: displayOf,
  wants: ({ layer }) => [{ at: layer?.name ?? '', rules: null }],
  heatmap: (view, options) => {
    const { sigmas, form } = options
    const { op, value } = view
    const mean = overPositions(view, value, 'ReduceMean')
    const off = op.Sub(value, mean)
    const deviation = op.Sqrt(overPositions(view, op.Mul(off, off), 'ReduceMean'))
    const unusual = op.Cast(op.Greater(value, op.Add(mean, op.Mul(deviation, sigmas as number))), { to: 1 })
    const share = () => op.Mul(overPositions(view, unusual, 'ReduceMean'), value)
    return overChannels(view, form === 'share' ? share() : op.Mul(unusual, mean), options)
  },
}
