export { type CascadeOptions, cascade, randomised, type Stage, weightedLayers } from './cascade.ts'
export { pearson, ranks, spearman } from './spearman.ts'
