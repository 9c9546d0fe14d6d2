export { flat, isFlat, lifted, refused, straightThrough } from './coverage.ts'
export { deepLift, referenceName, withReference } from './deeplift/index.ts'
export { type Differentiation, differentiate, gradientName } from './differentiate.ts'
export { excitation } from './excitation/index.ts'
export { gradient } from './gradient/index.ts'
export { type Entry, type LrpRule, lrp, lrpRules, type RelevanceRules } from './lrp/index.ts'
export {
  type ClassScores,
  chosenClass,
  classLogits,
  type Expression,
  isPlain,
  parseTarget,
  type ResolvedTarget,
  references,
  resolveTarget,
  sayable,
  show,
  type TargetContext,
  type Vocabulary,
  type WrittenTarget,
  writeTarget,
} from './objective/index.ts'
export { deconvnet, guided, type RemarkedRules, rectGrad } from './rectified/index.ts'
export type { Remarks } from './remarks.ts'
export type { Backward, Rule, RuleSet } from './rule.ts'
