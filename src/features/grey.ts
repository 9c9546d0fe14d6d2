/** One number a pixel from a colour photograph, and the checks every feature makes of its input plane. */

import { FoveaError } from '../error/index.ts'
import type { Image, Plane } from '../tensor/index.ts'

/** Larger planes are refused: a feature keeps several float planes of the input's size. */
export const maxPixels = 64 * 2 ** 20

/** Luma (BT.601) as OpenCV's `cvtColor` rounds it: whole numbers 0..255 = (9798 R + 19235 G + 3735 B + 2^14) >> 15. */
export function grey(image: Image): Plane {
  const { width, height, data } = image
  const out = new Float32Array(width * height)
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    const red = data[at] as number
    const green = data[at + 1] as number
    const blue = data[at + 2] as number
    out[i] = (9798 * red + 19235 * green + 3735 * blue + 16384) >> 15
  }
  return { width, height, data: out }
}

/**
 * @param who the feature's name, for the message
 * @throws FoveaError FOVEA_IMAGE (empty), FOVEA_SHAPE, FOVEA_IMAGE_TOO_LARGE, FOVEA_NOT_FINITE
 */
export function checkPlane(plane: Plane, who: string): void {
  const { width, height, data } = plane
  checkSize(width, height, who)
  if (data.length !== width * height)
    throw new FoveaError('FOVEA_SHAPE', `${who} got a ${width}x${height} plane with ${data.length} numbers.`)
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new FoveaError(
      'FOVEA_NOT_FINITE',
      `${who} needs finite values; the plane has ${data[bad]} at (${bad % width}, ${Math.floor(bad / width)}).`,
    )
}

/** @throws FoveaError FOVEA_IMAGE when no pixel is there, FOVEA_IMAGE_TOO_LARGE above 64 megapixels */
export function checkSize(width: number, height: number, who: string): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new FoveaError(
      'FOVEA_IMAGE',
      `${who} got a picture of ${width}x${height} pixels: there is nothing to look at.`,
    )
  if (width * height > maxPixels)
    throw new FoveaError(
      'FOVEA_IMAGE_TOO_LARGE',
      `${who} takes at most ${maxPixels} pixels, the picture has ${width}x${height}; make it smaller first.`,
    )
}
