/**
 * The browser's decoder on a stand-in for createImageBitmap and OffscreenCanvas (sharp behind both), so that its own part is
 * tested in Node: options, limits before decoding, transparency on white, sentences. The browser's pixels are not.
 */

import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { decodeImage } from '../../src/platform/decode-browser.ts'

interface Case {
  name: string
  file: string
  width: number
  pixels: string
}

const path = new URL('./fixtures/pictures.json', import.meta.url)
const { pictures, bombs } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Case[]>
const bytes = (base64 = '') => new Uint8Array(Buffer.from(base64, 'base64'))
const file = (name: string) => bytes(pictures?.find((p) => p.name === name)?.file)

const asked: unknown[] = []

beforeEach(() => {
  asked.length = 0
  vi.stubGlobal('createImageBitmap', async (blob: Blob, options: ImageBitmapOptions) => {
    asked.push(options)
    const autoOrient = options.imageOrientation === 'from-image'
    const image = sharp(Buffer.from(await blob.arrayBuffer()), { ignoreIcc: true, autoOrient, failOn: 'error' })
    const { data, info } = await image.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data, close: () => asked.push('closed') }
  })
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      #drawn: { data: Uint8Array } = { data: new Uint8Array() }
      getContext() {
        return {
          drawImage: (bitmap: { data: Uint8Array }) => {
            this.#drawn = bitmap
          },
          getImageData: () => this.#drawn,
        }
      }
    },
  )
})

afterEach(() => {
  vi.unstubAllGlobals()
})

test('gives the same pixels as Pillow for what browsers decode', async () => {
  const names = [
    'exif 6.jpg',
    'display p3.jpg',
    'rgb.png',
    'alpha.png',
    '16 bit.png',
    'transparent.gif',
    'alpha.webp',
    '444.avif',
  ]
  for (const name of names) {
    const { data } = await decodeImage(file(name), { name })
    const wanted = bytes(pictures?.find((p) => p.name === name)?.pixels)
    expect(data.length, name).toBe(wanted.length)
    expect(Math.max(...data.map((v, i) => Math.abs(v - (wanted[i] as number)))), name).toBeLessThanOrEqual(2)
  }
})

test('asks for raw colours and closes the bitmap', async () => {
  await decodeImage(file('exif 6.jpg'))
  const raw = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' }
  expect(asked).toEqual([{ ...raw, imageOrientation: 'from-image' }, 'closed'])
})

test('an ignored orientation is hidden from the browser, in JPEG, PNG and WebP', async () => {
  const upright = { create: { width: 21, height: 14, channels: 3 as const, background: '#246' } }
  const turned = sharp(upright).withMetadata({ orientation: 6 })
  const files = [file('exif 6.jpg'), await turned.png().toBuffer(), await turned.webp({ lossless: true }).toBuffer()]
  for (const bytes of files) {
    expect((await decodeImage(bytes)).width).toBe(14)
    const before = Uint8Array.from(bytes)
    expect((await decodeImage(bytes, { orientation: 'ignore' })).width).toBe(21)
    expect(Uint8Array.from(bytes)).toEqual(before)
  }
})

test('refuses bombs before it decodes', async () => {
  for (const bomb of bombs ?? [])
    await expect(decodeImage(bytes(bomb.file))).rejects.toMatchObject({ code: 'FOVEA_IMAGE_TOO_LARGE' })
  expect(asked).toEqual([])
})

test('says what is wrong', async () => {
  const png = file('rgb.png')
  await expect(decodeImage(png.subarray(0, 18), { name: 'a.png' })).rejects.toThrow(
    "'a.png' cannot be decoded: the PNG data",
  )
  await expect(decodeImage(png.subarray(0, 90))).rejects.toMatchObject({ code: 'FOVEA_IMAGE' })
  await expect(decodeImage(new TextEncoder().encode('<html>'))).rejects.toThrow('an HTML page')
})
