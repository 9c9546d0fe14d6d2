export { type CascadeOptions, cascade, randomised, type Stage, weightedLayers, withPlainWeights } from './cascade.ts'
export { area, type CurveJudge, type CurveOptions, type Curves, openCurves, orderOf } from './deletion-insertion.ts'
export { pearson, ranks, spearman } from './spearman.ts'
