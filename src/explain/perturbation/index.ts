import type { Method } from '../method.ts'
import { occlusion } from './occlusion.ts'
import { rise } from './rise.ts'

/** What the model answers when parts of the image are hidden. */
export const perturbationMethods: readonly Method[] = [occlusion, rise]
