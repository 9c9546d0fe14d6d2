/** What both decoders promise: which files are images, how large one may be, and the sentences for what is not. */

import { FoveaError } from '../error/index.ts'
import { inWords, type Kind, sniff } from './sniff.ts'

export interface DecodeOptions {
  /** the file's name, for error messages only: the magic bytes rule the format */
  readonly name?: string
  /** default 50e6. Interlaced PNG and progressive JPEG count twice, AVIF and HEIF 3.125 times (16e6): they cost memory */
  readonly limitPixels?: number
  /** `exif` (default) turns the picture as its EXIF tag says; `ignore` leaves it as stored (as torchvision with PIL does) */
  readonly orientation?: 'exif' | 'ignore'
  /** hears, in one sentence, what was left out: the further frames of an animation (Node only) */
  readonly onWarning?: (sentence: string) => void
}

export type ImageKind = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'heif'

const kinds: ReadonlySet<Kind> = new Set<ImageKind>(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heif'])

/** @throws FoveaError FOVEA_IMAGE that says what the bytes are instead of an image */
export function imageKind(bytes: Uint8Array, options: DecodeOptions): ImageKind {
  const kind = sniff(bytes)
  if (kinds.has(kind)) return kind as ImageKind
  throw new FoveaError(
    'FOVEA_IMAGE',
    `${title(options)} is no picture that can be read: it is ${inWords(kind)}. Give a JPEG, PNG, WebP, GIF, TIFF or AVIF file.`,
    details(options),
  )
}

export interface Header {
  readonly kind: ImageKind
  readonly width: number
  readonly height: number
  /** interlaced PNG, progressive JPEG */
  readonly progressive: boolean
  /** JPEG only: 1 grey, 3 colours, 4 inks */
  readonly channels?: number
}

/** Refuses before a pixel is decoded. @throws FoveaError FOVEA_IMAGE_TOO_LARGE */
export function checkSize({ kind, width, height, progressive }: Header, options: DecodeOptions): void {
  const { limitPixels = 50e6 } = options
  const weight = kind === 'avif' || kind === 'heif' ? 50 / 16 : progressive && kind !== 'gif' ? 2 : 1
  const limit = Math.floor(limitPixels / weight)
  if (width * height <= limit) return
  const why = weight === 1 ? '' : ` for ${progressive ? 'progressive ' : ''}${kind.toUpperCase()}`
  throw new FoveaError(
    'FOVEA_IMAGE_TOO_LARGE',
    `${title(options)} has ${width}x${height} pixels; the limit${why} is ${limit / 1e6} million. Make a smaller copy of it.`,
    { ...details(options), expected: `at most ${limit} pixels`, got: `${width * height} pixels` },
  )
}

/** The error for a picture that broke while being decoded. */
export function broken(kind: ImageKind, options: DecodeOptions, cause: unknown): FoveaError {
  if (cause instanceof FoveaError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const reason = message.trim().split('\n')[0]?.replace(/\.$/, '')
  return new FoveaError(
    'FOVEA_IMAGE',
    `${title(options)} cannot be decoded: the ${kind.toUpperCase()} data is damaged or incomplete (${reason}).`,
    details(options),
    cause,
  )
}

export function title({ name }: DecodeOptions): string {
  return name === undefined ? 'The image' : `'${name}'`
}

export function details({ name }: DecodeOptions): { file?: string } {
  return name === undefined ? {} : { file: name }
}
