export { isFlat } from './coverage.ts'
export { type Differentiation, differentiate, gradientName } from './differentiate.ts'
export { gradient } from './gradient/index.ts'
export type { Backward, Rule, RuleSet } from './rule.ts'
