/** Rule sets that differ from the gradient at the ReLU. */

export { deconvnet } from './deconvnet.ts'
export type { RemarkedRules } from './gates.ts'
export { guided } from './guided.ts'
export { rectGrad } from './rect-grad.ts'
