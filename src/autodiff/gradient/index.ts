/** The gradient: the dense rule set, one record per operator family. */

import type { RuleSet } from '../rule.ts'
import { activation } from './activation.ts'
import { attentions } from './attention.ts'
import { contrib } from './contrib.ts'
import { convolution } from './convolution.ts'
import { cumulative } from './cumulative.ts'
import { deformable } from './deform.ts'
import { elementwise } from './elementwise.ts'
import { fourier } from './fourier.ts'
import { linear } from './linear.ts'
import { transformations } from './movement.ts'
import { normalization } from './normalization.ts'
import { pooling } from './pooling.ts'
import { quantization } from './quantization.ts'
import { reduction } from './reduction.ts'
import { regions } from './region.ts'
import { resizing } from './resize.ts'
import { sampling } from './sampling.ts'

export const gradient: RuleSet = {
  ...elementwise,
  ...activation,
  ...linear,
  ...attentions,
  ...fourier,
  ...convolution,
  ...deformable,
  ...pooling,
  ...normalization,
  ...reduction,
  ...cumulative,
  ...quantization,
  ...contrib,
  ...transformations,
  ...resizing,
  ...sampling,
  ...regions,
}
