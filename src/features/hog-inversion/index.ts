export { correlation, halved } from './correlation.ts'
export { type HogDictionary, readHogDictionary } from './dictionary.ts'
export { hogDictionaryFile, hogInversionFeature, inversionPicture } from './feature.ts'
export {
  type Inversion,
  type InversionMethod,
  type InvertOptions,
  inversions,
  invertDefaults,
  invertHog,
  invertible,
} from './invert.ts'
