export { type DescendOptions, type Descent, descend, type Judged, settled } from './descend.ts'
export {
  type AdamOptions,
  adam,
  type Optimiser,
  type RmsPropOptions,
  rmsProp,
  type SgdOptions,
  sgd,
} from './optimisers.ts'
