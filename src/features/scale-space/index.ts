export { type CornersAtScale, cornersAtScale, snowflakeAtScales } from './corners.ts'
export { scaleSpaceFeature } from './feature.ts'
export { gaussianKernel, gaussianSurface } from './gaussian-kernel.ts'
export { curvature, outline, resampled } from './outline.ts'
export { beside, cornersPicture, differenceRows, gaussianRows, kernelCurves, kernelSurface } from './picture.ts'
export {
  type Borrowed,
  borrow,
  levelIncrements,
  type Octave,
  type ScaleSpace,
  type ScaleSpaceOptions,
  scaleExtrema,
  scaleSpace,
} from './scale-space.ts'
export { blurred, koch, snowflake } from './snowflake.ts'
