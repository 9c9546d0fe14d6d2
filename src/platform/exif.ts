/**
 * Hiding a picture's EXIF block from a decoder that would turn the picture: browsers no longer have an option for that
 * (`imageOrientation: 'none'` became an alias of 'from-image'). Nothing is parsed, the block only loses its name.
 */

import type { ImageKind } from './decode.ts'

/** A copy of the file whose EXIF blocks decoders do not recognise; other kinds than JPEG, PNG and WebP come back as they are. */
export function hideExif(bytes: Uint8Array, kind: ImageKind): Uint8Array {
  const copy = new Uint8Array(bytes)
  const view = new DataView(copy.buffer)
  for (const at of kind === 'jpeg'
    ? jpegBlocks(view)
    : kind === 'png'
      ? pngBlocks(view)
      : kind === 'webp'
        ? webpBlocks(view)
        : [])
    copy[at] = 0x78
  return copy
}

/** APP1 segments whose data starts with "Exif". */
function jpegBlocks(view: DataView): number[] {
  const found: number[] = []
  for (let at = 2; at + 8 <= view.byteLength && view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda; ) {
    if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) found.push(at + 4)
    at += 2 + view.getUint16(at + 2)
  }
  return found
}

/** eXIf chunks: under another name their checksum is wrong, and a broken chunk that is not critical is skipped. */
function pngBlocks(view: DataView): number[] {
  const found: number[] = []
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at))
    if (view.getUint32(at + 4) === 0x65584966) found.push(at + 4)
  return found
}

function webpBlocks(view: DataView): number[] {
  const found: number[] = []
  for (let at = 12; at + 8 <= view.byteLength; ) {
    if (view.getUint32(at) === 0x45584946) found.push(at)
    const size = view.getUint32(at + 4, true)
    at += 8 + size + (size % 2)
  }
  return found
}
