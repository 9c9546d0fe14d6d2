export { type Inferred, infer, tensorOf } from './infer.ts'
export type { Dims } from './rule.ts'
