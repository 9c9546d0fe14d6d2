/** Fovea: see what a vision model sees. The short way in; every floor has its own door ('fovea/onnx', 'fovea/autodiff', …). */

export { decodeImage } from '#platform'
export { FoveaError } from './error/index.ts'
export {
  type Certificate,
  type Explainer,
  type ExplainOptions,
  type Explanation,
  explain,
  exportMethod,
  findMethod,
  type Method,
  methods,
  openExplainer,
  type ProgramMethod,
  type RunMethod,
  version,
} from './explain/index.ts'
export { inspect, type OpenOptions, openModel, type VisionModel } from './models/index.ts'
export type { Image, Plane } from './tensor/index.ts'
