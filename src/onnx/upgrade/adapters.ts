/**
 * Every operator of the default domain whose form changed between opset 8 and 18, and what to do about it. Operators that are
 * absent only took in more types, or got an attribute or an optional input whose default is what they did before.
 */

import { activation } from './activation.ts'
import type { Adapters } from './adapter.ts'
import { control } from './control.ts'
import { movement } from './movement.ts'
import { normalization } from './normalization.ts'
import { reduction } from './reduction.ts'
import { resize } from './resize.ts'

export const adapters: Adapters = {
  ...activation,
  ...control,
  ...movement,
  ...normalization,
  ...reduction,
  ...resize,
}
