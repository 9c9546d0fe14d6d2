export {
  type Annotation,
  type CoOccurrence,
  countAnnotations,
  countScenes,
  type Pmi,
  pmi,
  pmiOf,
} from './co-occurrence.ts'
export { contextFeature, parseDetections } from './feature.ts'
export { handMadeScenes } from './hand-made-scenes.ts'
export { type Detection, type Rescored, rescore } from './rescore.ts'
