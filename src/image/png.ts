/** Writing PNG, 8-bit RGB or RGBA, with text inside; the same bytes in Node and in the browser. Reading is the platform's. */

import { zlibSync } from 'fflate'
import { FoveaError } from '../error/index.ts'
import { filtered } from './wasm/png.ts'

/** An Image (three bytes a pixel), or the same with four: RGBA, not premultiplied. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

export interface PngOptions {
  /** keyword (1-79 Latin-1 characters) and text: tEXt where Latin-1 suffices, else iTXt in UTF-8 */
  readonly text?: Readonly<Record<string, string>>
  /** zlib level 0-9, default 6 */
  readonly level?: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
  /** Packs the pixels as a zlib stream; default fflate, whose bytes are the same everywhere. Node's own is four times as fast. */
  readonly deflate?: (bytes: Uint8Array, options: { level: number }) => Uint8Array
}

/** A PNG file, sRGB. @throws FoveaError FOVEA_SHAPE when the data is neither RGB nor RGBA of that size */
export function encodePng({ width, height, data }: Pixels, options: PngOptions = {}): Uint8Array {
  const { text = {}, level = 6, deflate = (bytes) => zlibSync(bytes, { level }) } = options
  const channels = data.length / (width * height)
  if (!(width > 0 && height > 0 && (channels === 3 || channels === 4)))
    throw new FoveaError('FOVEA_SHAPE', `${data.length} bytes are no RGB or RGBA picture of ${width}x${height} pixels.`)
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, channels === 3 ? 2 : 6, 0, 0, 0], 8)
  return join([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk('IHDR', header),
    chunk('sRGB', Uint8Array.of(0)),
    ...Object.entries(text).map(([keyword, value]) => textChunk(keyword, value)),
    chunk('IDAT', deflate(filtered(data, width * channels, height, channels), { level })),
    chunk('IEND', new Uint8Array()),
  ])
}

function textChunk(keyword: string, value: string): Uint8Array {
  if (!/^[\x20-\x7e\xa1-\xff]{1,79}$/.test(keyword))
    throw new FoveaError('FOVEA_USAGE', `'${keyword}' is no PNG keyword: 1 to 79 Latin-1 characters.`)
  const latin1 = /^[\n\x20-\x7e\xa0-\xff]*$/.test(value)
  const key = Uint8Array.from(keyword, (c) => c.charCodeAt(0))
  return latin1
    ? chunk('tEXt', join([key, Uint8Array.of(0), Uint8Array.from(value, (c) => c.charCodeAt(0))]))
    : chunk('iTXt', join([key, Uint8Array.of(0, 0, 0, 0, 0), new TextEncoder().encode(value)]))
}

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  out.set(
    Uint8Array.from(kind, (c) => c.charCodeAt(0)),
    4,
  )
  out.set(data, 8)
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)))
  return out
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  return c >>> 0
})

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff
  for (const byte of bytes) c = (c >>> 8) ^ (crcTable[(c ^ byte) & 255] as number)
  return ~c >>> 0
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
