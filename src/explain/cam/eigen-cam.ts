/**
 * What is the strongest pattern in this layer?
 * M = the activations of each position, less their mean, projected on their first principal component; no class, no gradient.
 * The sign is the one with which the map correlates with sum_k A_k. Muhammad, Yeasin: Eigen-CAM (2020), arXiv 2008.00299.
 * Warning: class-agnostic: the strongest pattern need not be what the answer rests on.
 */

import type { ProgramMethod } from '../method.ts'
import { principal } from './principal.ts'
import { displayOf, signed, stretched } from './weighing.ts'

export const centredOption = {
  default: true,
  describe: "take each channel's mean off first; without, the first component is mostly that mean",
}

export const eigenCam: ProgramMethod = {
  kind: 'program',
  name: 'eigen-cam',
  title: 'Eigen-CAM',
  family: 'cam',
  question: 'What is the strongest pattern in this layer, whatever the class?',
  formula: 'A projected on its first principal component',
  reference: 'Muhammad, Yeasin 2020, arXiv:2008.00299',
  warning: 'It knows no class: the strongest pattern need not be what the answer rests on.',
  cost: '1',
  options: { relu: signed, centred: centredOption },
  like: {
    'pytorch-grad-cam': { options: { relu: true }, note: `${stretched}; its sign is chance, and may be the other one` },
  },
  at: 'layer',
  classFree: true,
  display: displayOf,
  wants: ({ layer }) => [{ at: layer?.name ?? '', rules: null }],
  heatmap: (view, { centred, relu }) => {
    const map = principal(view, view.value, centred as boolean)
    return relu ? view.op.Relu(map) : map
  },
}
