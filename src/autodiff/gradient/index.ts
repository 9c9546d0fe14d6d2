/** The gradient: the dense rule set, one record per operator family. */

import type { RuleSet } from '../rule.ts'
import { activation } from './activation.ts'
import { convolution } from './convolution.ts'
import { elementwise } from './elementwise.ts'
import { linear } from './linear.ts'
import { transformations } from './movement.ts'
import { normalization } from './normalization.ts'
import { pooling } from './pooling.ts'
import { reduction } from './reduction.ts'

export const gradient: RuleSet = {
  ...elementwise,
  ...activation,
  ...linear,
  ...convolution,
  ...pooling,
  ...normalization,
  ...reduction,
  ...transformations,
}
