export {
  type BackProjection,
  type BackProjectionOptions,
  backProjection,
  backProjectionDefaults,
  countColours,
  type Histogram,
} from './back-projection.ts'
export { backProjectionFeature } from './feature.ts'
export { type HueSaturation, hueSaturation } from './hue-saturation.ts'
