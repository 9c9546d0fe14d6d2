/** Width, height and interlacing of a picture from its header alone, for decoders that would allocate first and ask later. */

import type { Header, ImageKind } from './decode.ts'

/** The header's numbers, or undefined where the header is damaged; never reads beyond the bytes. */
export function readHeader(bytes: Uint8Array, kind: ImageKind): Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const size = readers[kind](view)
    return size && size.width > 0 && size.height > 0 ? { kind, ...size } : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

type Size = Omit<Header, 'kind'>

const readers: Readonly<Record<ImageKind, (view: DataView) => Size | undefined>> = {
  png: (view) => ({ width: view.getUint32(16), height: view.getUint32(20), progressive: view.getUint8(28) === 1 }),
  gif: (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true), progressive: false }),
  jpeg,
  webp,
  tiff,
  avif: isoMedia,
  heif: isoMedia,
}

/** Walks the segments to the frame header SOFn (C0-CF without DHT, JPG, DAC); SOF2, 6, 10 and 14 are progressive. */
function jpeg(view: DataView): Size | undefined {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at++
    } else if (marker === 0xc0 || (marker > 0xc0 && marker <= 0xcf && marker % 4 !== 0)) {
      const channels = view.getUint8(at + 9)
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), progressive: marker % 4 === 2, channels }
    } else {
      at += 2 + view.getUint16(at + 2)
    }
  }
}

function webp(view: DataView): Size | undefined {
  const chunk = view.getUint32(12)
  if (chunk === 0x56503858) {
    const uint24 = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65536
    return { width: 1 + uint24(24), height: 1 + uint24(27), progressive: false }
  }
  if (chunk === 0x5650384c) {
    const word = view.getUint32(21, true)
    return { width: 1 + (word & 0x3fff), height: 1 + ((word >>> 14) & 0x3fff), progressive: false }
  }
  const width = view.getUint16(26, true) & 0x3fff
  return { width, height: view.getUint16(28, true) & 0x3fff, progressive: false }
}

/** Tags 256 and 257 of the first directory of a classic TIFF. */
function tiff(view: DataView): Size | undefined {
  const little = view.getUint8(0) === 0x49
  const directory = view.getUint32(4, little)
  let width = 0
  let height = 0
  for (let i = 0; i < view.getUint16(directory, little); i++) {
    const entry = directory + 2 + 12 * i
    const tag = view.getUint16(entry, little)
    const value =
      view.getUint16(entry + 2, little) === 3 ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little)
    if (tag === 256) width = value
    if (tag === 257) height = value
  }
  return { width, height, progressive: false }
}

/** The largest `ispe` (image spatial extents) property: tiles and thumbnails have smaller ones. */
function isoMedia(view: DataView): Size | undefined {
  let best: Size | undefined
  const end = Math.min(view.byteLength - 16, 65536)
  for (let at = 0; at < end; at++) {
    if (view.getUint32(at) !== 0x69737065) continue
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12), progressive: false }
    if (!best || size.width * size.height > best.width * best.height) best = size
  }
  return best
}
