/** Reductions and TopK: axes and k became inputs. */

import { type Adapters, changed, input, required } from './adapter.ts'
import { axesInput } from './movement.ts'

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare'.split(' ')

export const reduction: Adapters = {
  ...Object.fromEntries(reductions.map((name) => [`Reduce${name}`, { 18: axesInput }])),
  ReduceSum: { 13: axesInput },
  TopK: {
    10: (node, lift) => {
      const k = required(node, 'k', (a) => (a.has('k') ? a.int('k', 0) : undefined))
      return changed(node, { inputs: [input(node, 0), lift.integers('k', [k])] }, { drop: ['k'] })
    },
  },
}
