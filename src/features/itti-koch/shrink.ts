/** Brings a photograph to a working size: smaller if it is larger, never larger. */

import { FoveaError } from '../../error/index.ts'
import { resize } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import { checkSize } from '../grey.ts'

/**
 * The image with at most `side` pixels on its longer side (antialiased bilinear), itself if it is small enough.
 * @throws FoveaError FOVEA_USAGE when `side` is below 1, and what `requireImage` throws
 */
export function shrink(image: Image, side: number, who: string): Image {
  if (!(side >= 1)) throw new FoveaError('FOVEA_USAGE', `The longer side must be at least 1 pixel, not ${side}.`)
  requireImage(image, who)
  const scale = side / Math.max(image.width, image.height)
  if (scale >= 1) return image
  const size = (length: number) => Math.max(1, Math.round(length * scale))
  return resize(image, size(image.width), size(image.height))
}

/** @throws FoveaError FOVEA_IMAGE (no pixels, or bytes that do not fill it), FOVEA_IMAGE_TOO_LARGE */
export function requireImage({ width, height, data }: Image, who: string): void {
  checkSize(width, height, who)
  if (data.length === 3 * width * height) return
  throw new FoveaError('FOVEA_IMAGE', `${who} got a ${width}x${height} RGB image with ${data.length} bytes.`)
}
