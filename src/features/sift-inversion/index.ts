export { type Nearest, nearest, type PatchBank, part, patchSide, readPatchBank } from './bank.ts'
export { patchBankFile, siftInversionFeature } from './feature.ts'
export {
  invertSift,
  type Region,
  type SiftInversion,
  type SiftInversionOptions,
  siftInversionDefaults,
} from './invert.ts'
export { describeAt, descriptorDistance } from './redescribe.ts'
export { type Score, scoreOf } from './score.ts'
