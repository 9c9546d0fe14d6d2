import type { Method } from '../method.ts'
import { deconvnetMethod } from './deconvnet.ts'
import { guidedBackprop } from './guided-backprop.ts'
import { rectGradMethod } from './rect-grad.ts'

export { guidedRules } from './rectified.ts'

/** The score handed back from layer to layer by rules of its own. */
export const propagationMethods: readonly Method[] = [guidedBackprop, deconvnetMethod, rectGradMethod]
