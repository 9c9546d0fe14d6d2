/**
 * Which regions speak for the class, and which against it, in a network that ends in a global average pool and a linear layer?
 * M = sum_k w_ck A_k, w_ck the weight from channel k to the class. mean_xy M + bias = S_c exactly.
 * Zhou et al.: Learning deep features for discriminative localization (2015), arXiv 1512.04150.
 * Warning: exact, but only for such heads; each position has seen more of the image than its cell (receptive field).
 */

import type { ProgramMethod } from '../method.ts'
import { pooledHead, weighedByHead, withBias } from './pooled.ts'
import { displayOf, signed } from './weighing.ts'

const title = 'CAM'

export const cam: ProgramMethod = {
  kind: 'program',
  name: 'cam',
  title,
  family: 'cam',
  question: 'How much does each region add to the score?',
  formula: 'sum_k w_ck A_k, whose mean is S - bias',
  reference: 'Zhou et al. 2015, arXiv:1512.04150',
  warning:
    'Only for networks that end in a global average pool and a linear layer; a cell has seen more than its place.',
  cost: '1',
  options: { relu: signed },
  at: 'layer',
  display: displayOf,
  wants: (facts) => [{ at: pooledHead(facts, title).layer }],
  forward: (graph, facts) => withBias(graph, facts, title),
  heatmap: (view, options) => weighedByHead(view, options, title),
}
