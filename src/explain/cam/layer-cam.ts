/**
 * Which places speak for the class, each by its own gradient?
 * M = ReLU(sum_k ReLU(dS_c/dA_k) A_k), element by element, so that it works at early, fine layers too.
 * With more layers: the largest of tanh(2 M_l / max M_l) over the layers, each brought to the size of the chosen one.
 * Jiang et al.: LayerCAM (2021), IEEE Transactions on Image Processing 30.
 * Warning: early layers show edges of whatever is there; what speaks for the class alone is in the late ones.
 */

import type { Value } from '../../onnx/index.ts'
import type { ProgramMethod } from '../method.ts'
import { alsoOption, atSize, layerWants } from './more-layers.ts'
import { displayOf, overChannels, rectified, stretched } from './weighing.ts'

export const layerCam: ProgramMethod = {
  kind: 'program',
  name: 'layer-cam',
  title: 'LayerCAM',
  family: 'cam',
  question: 'Which places speak for the class, each by its own gradient?',
  formula: 'ReLU(sum_k ReLU(g_k) A_k)',
  reference: 'Jiang et al. 2021, IEEE TIP 30',
  warning: 'Early layers show the edges of whatever is there; late ones, what speaks for the class.',
  cost: '1 + what lies behind the layer',
  options: { relu: rectified, also: alsoOption },
  like: { 'pytorch-grad-cam': { options: {}, note: stretched } },
  at: 'layer',
  display: displayOf,
  wants: layerWants,
  heatmap: (view, options) => {
    const { op, parts } = view
    const maps = parts.map(({ value, gradient }) => overChannels(view, op.Mul(op.Relu(gradient), value), options))
    const [first] = maps
    if (maps.length === 1) return first as Value
    const scaled = maps.map((map) => {
      const most = op.ReduceMax(map, [1, 2], { keepdims: 1 })
      return op.Tanh(op.Div(op.Mul(map, 2), op.Where(op.Greater(most, 0), most, 1)))
    })
    return op.Max(...scaled.map((map) => atSize(view, map)))
  },
}
