/**
 * Decoding pictures in Node with sharp: 8-bit sRGB without resizing, embedded profiles ignored, transparency on white, the
 * first frame only. Blocks every libvips loader but the six formats below, for the whole process. Not a sandbox.
 */

import { FoveaError } from '../error/index.ts'
import type { Image } from '../tensor/index.ts'
import { broken, checkSize, type DecodeOptions, details, type ImageKind, imageKind, title } from './decode.ts'
import { readHeader } from './header.ts'

type Sharp = typeof import('sharp').default

const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((format) => `VipsForeignLoad${format}`)
const timeoutSeconds = 20

/**
 * The file's pixels as RGB, as the browser's decoder gives them.
 * @throws FoveaError FOVEA_IMAGE (no image, damaged, NaN), FOVEA_IMAGE_TOO_LARGE, FOVEA_BACKEND (sharp is not installed)
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const kind = imageKind(bytes, options)
  const sharp = await load()
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const open = () =>
    sharp(input, {
      failOn: 'warning',
      limitInputPixels: options.limitPixels ?? 50e6,
      ignoreIcc: true,
      pages: 1,
      autoOrient: options.orientation !== 'ignore',
    }).timeout({ seconds: timeoutSeconds })
  try {
    const header = kind === 'jpeg' ? readHeader(bytes, kind) : undefined
    if (header?.channels === 1 || header?.channels === 3) {
      checkSize(header, options)
      return await toRgb(open)
    }
    const {
      width,
      height,
      isProgressive,
      depth,
      space,
      hasAlpha,
      pages = 1,
    } = await sharp(input, {
      limitInputPixels: false,
    }).metadata()
    checkSize({ kind, width, height, progressive: isProgressive ?? false }, options)
    if (pages > 1) options.onWarning?.(`${title(options)} has ${pages} frames or pages; only the first is used.`)
    if (depth === 'float' || depth === 'double') await checkFinite(open, options)
    return space === 'cmyk' && !hasAlpha ? await fromCmyk(open) : await toRgb(open)
  } catch (cause) {
    throw broken(kind, options, cause)
  }
}

type Open = () => import('sharp').Sharp

async function toRgb(open: Open): Promise<Image> {
  const pipeline = open().flatten({ background: '#ffffff' }).toColourspace('srgb').removeAlpha()
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels !== 3) throw new Error(`${channels} channels instead of three`)
  return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

/** Ink to light without a profile, as browsers and Pillow do: R = (255 - C)(255 - K) / 255. */
async function fromCmyk(open: Open): Promise<Image> {
  const { data, info } = await open()
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const rgb = new Uint8Array(3 * width * height)
  for (let i = 0, out = 0; i < data.length; i += 4)
    for (let c = 0; c < 3; c++, out++)
      rgb[out] = Math.round(((255 - (data[i + c] as number)) * (255 - (data[i + 3] as number))) / 255)
  return { width, height, data: rgb }
}

/** A floating-point TIFF must hold finite 0-255 values: everything else would become a black or white picture silently. */
async function checkFinite(open: Open, options: DecodeOptions): Promise<void> {
  const { data } = await open().raw({ depth: 'float' }).toBuffer({ resolveWithObject: true })
  const values = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value))
      throw new FoveaError(
        'FOVEA_IMAGE',
        `${title(options)} is a floating-point TIFF with NaN or infinite pixels; save it with 8 or 16 bit.`,
        details(options),
      )
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low < 0 || high > 255 || high <= 1)
    throw new FoveaError(
      'FOVEA_IMAGE',
      `${title(options)} is a floating-point TIFF with values from ${low} to ${high}, not 0 to 255; save it with 8 or 16 bit.`,
      details(options),
    )
}

let loaded: Promise<Sharp> | undefined

function load(): Promise<Sharp> {
  loaded ??= import('sharp').then(
    ({ default: sharp }) => {
      sharp.block({ operation: ['VipsForeignLoad'] })
      sharp.unblock({ operation: loaders })
      return sharp
    },
    (cause: unknown) => {
      throw new FoveaError(
        'FOVEA_BACKEND',
        "Decoding pictures in Node needs the optional package sharp; install it with 'npm install sharp'.",
        {},
        cause,
      )
    },
  )
  return loaded
}

export type { DecodeOptions, ImageKind }
