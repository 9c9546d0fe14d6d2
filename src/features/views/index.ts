export { type Crop, type CropOptions, cropDefaults, saliencyCrop } from './crop.ts'
export { type FalseColour, type NightOptions, nightDefaults, nightVision, thermal } from './false-colour.ts'
export { falseColourFeature, saliencyCropFeature } from './feature.ts'
