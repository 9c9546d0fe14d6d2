export { defaultLayer } from './default-layer.ts'
export { describeLayer, type Layer, type LayerReport } from './layer.ts'
export { findLayer, layersOf } from './layers.ts'
