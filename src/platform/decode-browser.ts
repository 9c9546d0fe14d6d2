/**
 * Decoding pictures in the browser with createImageBitmap: the same pixels as decode-node.ts for JPEG, PNG, WebP and GIF
 * (transparency on white differs by at most 2 of 255). TIFF and HEIF depend on the browser and are mostly refused.
 */

import { FoveaError } from '../error/index.ts'
import type { Image } from '../tensor/index.ts'
import { broken, checkSize, type DecodeOptions, details, imageKind, title } from './decode.ts'
import { hideExif } from './exif.ts'
import { readHeader } from './header.ts'

/** @throws FoveaError FOVEA_IMAGE (no image, damaged, not supported by this browser), FOVEA_IMAGE_TOO_LARGE */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const kind = imageKind(bytes, options)
  const header = readHeader(bytes, kind)
  if (!header) throw broken(kind, options, 'the header is incomplete')
  checkSize(header, options)
  const file = options.orientation === 'ignore' ? hideExif(bytes, kind) : bytes
  const blob = new Blob([new Uint8Array(file)], { type: `image/${kind}` })
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(blob, {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
      imageOrientation: 'from-image',
    })
  } catch (cause) {
    if (kind !== 'tiff' && kind !== 'heif') throw broken(kind, options, cause)
    throw new FoveaError(
      'FOVEA_IMAGE',
      `${title(options)} is a ${kind.toUpperCase()} image, which this browser does not decode; convert it to JPEG or PNG.`,
      details(options),
      cause,
    )
  }
  try {
    return pixels(bitmap)
  } finally {
    bitmap.close()
  }
}

function pixels(bitmap: ImageBitmap): Image {
  const { width, height } = bitmap
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new FoveaError('FOVEA_BACKEND', 'This browser gives no 2D canvas for decoding pictures.')
  context.drawImage(bitmap, 0, 0)
  const rgba = context.getImageData(0, 0, width, height).data
  const data = new Uint8Array(3 * width * height)
  for (let i = 0, out = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3] as number
    for (let c = 0; c < 3; c++, out++)
      data[out] = Math.round(((rgba[i + c] as number) * alpha + 255 * (255 - alpha)) / 255)
  }
  return { width, height, data }
}

export type { DecodeOptions }
