export { type Code, type Details, exitStatus, FoveaError } from './error.ts'
export { didYouMean, suggest } from './suggest.ts'
