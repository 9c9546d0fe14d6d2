/** The gradient: the dense rule set, one record per operator family. */

import type { RuleSet } from '../rule.ts'
import { activation } from './activation.ts'
import { attentions } from './attention.ts'
import { contrib } from './contrib.ts'
import { convolution } from './convolution.ts'
import { elementwise } from './elementwise.ts'
import { linear } from './linear.ts'
import { transformations } from './movement.ts'
import { resizing } from './resize.ts'
import { normalization } from './normalization.ts'
import { pooling } from './pooling.ts'
import { quantization } from './quantization.ts'
import { reduction } from './reduction.ts'

export const gradient: RuleSet = {
  ...elementwise,
  ...activation,
  ...linear,
  ...attentions,
  ...convolution,
  ...pooling,
  ...normalization,
  ...reduction,
  ...quantization,
  ...contrib,
  ...transformations,
  ...resizing,
}
