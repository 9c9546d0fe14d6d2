export { type Channels, channels } from './channels.ts'
export { ittiKochFeature } from './feature.ts'
export { type GaborPair, gabor, orientation } from './gabor.ts'
export {
  type Conspicuity,
  type FeatureMap,
  type FeatureName,
  type IttiKoch,
  type IttiKochOptions,
  ittiKoch,
  ittiKochDefaults,
  mapStep,
} from './itti-koch.ts'
export { localMaxima, type Normalized, normalize, normalizeApart } from './normalize.ts'
export { type Display, displays, type Hue, hues, type PopOut, popOut } from './pop-out.ts'
export { findsOddBar, firstPlace, hitRadius, popOutStages } from './pop-out-picture.ts'
export { enlarge, halve, mirror, pyramid } from './pyramid.ts'
export { type Fixation, type ScanPath, type ScanPathOptions, scanPath, scanPathDefaults } from './scan-path.ts'
export { requireImage, shrink } from './shrink.ts'
