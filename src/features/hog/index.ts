export { type CellHistograms, cellHistograms } from './cells.ts'
export { hogFeature } from './feature.ts'
export { type Gradient, type GradientOptions, gradient } from './gradient.ts'
export { type BlockNorm, type Convention, type Hog, type HogOptions, hog } from './hog.ts'
export { type GlyphOptions, glyphPicture, glyphsInPlace, glyphsOver } from './picture.ts'
export {
  type Cells,
  corners,
  cosines,
  depth,
  neighbourhoods,
  shares,
  sines,
  snap,
  textureGain,
  uocttiCells,
  uocttiFeatures,
} from './uoctti.ts'
