/**
 * Where would a learning step at this place change the layer's weights most?
 * M_xy = |A_xy| |g_xy|, the norm of the outer product of activation and gradient: the gradient of a 1x1 convolution put there.
 * With more layers: the geometric mean of their maps.
 * Rebuffi et al.: There and back again (2020), arXiv 2004.02866.
 * Warning: it has no sign, and at early layers hardly depends on the class.
 */

import type { Value } from '../../onnx/index.ts'
import type { ProgramMethod } from '../method.ts'
import { alsoOption, atSize, layerWants } from './more-layers.ts'

export const normGrad: ProgramMethod = {
  kind: 'program',
  name: 'norm-grad',
  title: 'NormGrad',
  family: 'cam',
  question: "Where would learning from this image change the layer's weights most?",
  formula: '|A_xy| |g_xy|',
  reference: 'Rebuffi et al. 2020, arXiv:2004.02866',
  warning: 'It has no sign, and at early layers it hardly depends on the class.',
  cost: '1 + what lies behind the layer',
  options: { also: alsoOption },
  at: 'layer',
  display: () => 'positive',
  wants: layerWants,
  heatmap: (view) => {
    const { op, parts } = view
    const norm = (value: Value) => op.ReduceL2(value, [1], { keepdims: 0 })
    const maps = parts.map(({ value, gradient }) => op.Mul(norm(value), norm(gradient)))
    if (maps.length === 1) return maps[0] as Value
    const product = maps.map((map) => atSize(view, map)).reduce((a, b) => op.Mul(a, b))
    return op.Pow(product, 1 / maps.length)
  },
}
