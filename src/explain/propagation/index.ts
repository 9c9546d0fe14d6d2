import type { Method } from '../method.ts'
import { deconvnetMethod } from './deconvnet.ts'
import { deepLiftMethod } from './deeplift.ts'
import { contrastiveExcitation, excitationBackprop } from './excitation.ts'
import { guidedBackprop } from './guided-backprop.ts'
import { lrpMethod } from './lrp.ts'
import { rectGradMethod } from './rect-grad.ts'

export { type LedgerLine, relevanceLedger } from './ledger.ts'
export { guidedRules } from './rectified.ts'

/** The score handed back from layer to layer by rules of its own. */
export const propagationMethods: readonly Method[] = [
  guidedBackprop,
  deconvnetMethod,
  rectGradMethod,
  lrpMethod,
  excitationBackprop,
  contrastiveExcitation,
  deepLiftMethod,
]
