export { type Canny, type CannyOptions, canny, cannyDefaults, edgesOf, ridge, sobel } from './canny.ts'
export { cannyFeature, cannyOptions } from './feature.ts'
export { directionPicture, edgesOver, maskPicture, ridgePicture } from './picture.ts'
