/** Decoding in Node against Pillow's pixels, and what is refused: damaged files, bombs, things that are no pictures. */

import { readFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { FoveaError } from '../../src/error/index.ts'
import { imageKind } from '../../src/platform/decode.ts'
import { decodeImage } from '../../src/platform/decode-node.ts'
import { readHeader } from '../../src/platform/header.ts'
import { type Image, random } from '../../src/tensor/index.ts'

interface Case {
  name: string
  file: string
  width: number
  height: number
  pixels: string
  stored?: string
  says?: string
}

const path = new URL('./fixtures/pictures.json', import.meta.url)
const { pictures, refused, bombs } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Case[]>
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

function largest(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] as number))), 0)
}

async function refusal(file: Uint8Array, options = {}): Promise<FoveaError> {
  const error: unknown = await decodeImage(file, { name: 'x', ...options }).then(
    ({ width, height }) => new Error(`decoded ${width}x${height}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof FoveaError)) throw error
  return error
}

describe('the same pixels as Pillow, within 2 of 255', () => {
  for (const { name, file, width, height, pixels, stored } of pictures ?? []) {
    test(name, async () => {
      const image = await decodeImage(bytes(file), { name })
      expect([image.width, image.height]).toEqual([width, height])
      expect(largest(image.data, bytes(pixels))).toBeLessThanOrEqual(2)
    })
    if (stored)
      test(`${name}, orientation ignored`, async () => {
        const image = await decodeImage(bytes(file), { name, orientation: 'ignore' })
        expect(largest(image.data, bytes(stored))).toBeLessThanOrEqual(2)
      })
  }
})

test('further frames are named, not dropped in silence', async () => {
  for (const [name, frames] of [
    ['animation.gif', 3],
    ['animation.webp', 3],
    ['two pages.tiff', 3],
    ['still.gif', 0],
  ] as const) {
    const heard: string[] = []
    const file = bytes(pictures?.find((p) => p.name === name)?.file ?? '')
    await decodeImage(file, { name, onWarning: (sentence) => heard.push(sentence) })
    expect(heard).toEqual(frames ? [`'${name}' has ${frames} frames or pages; only the first is used.`] : [])
  }
})

test('the header alone tells width and height of every picture', () => {
  for (const { name, file, width, height } of [...(pictures ?? []), ...(bombs ?? [])]) {
    const header = readHeader(bytes(file), imageKind(bytes(file), {}))
    const sides = [header?.width, header?.height].sort()
    if (width) expect(sides, name).toEqual([width, height].sort())
    else expect(sides[0], name).toBeGreaterThan(4000)
    expect(header?.progressive, name).toBe(/progressive|interlaced/.test(name))
  }
})

describe('refused', () => {
  for (const { name, file, says } of refused ?? [])
    test(name, async () => {
      const error = await refusal(bytes(file))
      expect(error.code).toBe('FOVEA_IMAGE')
      expect(error.message).toContain(says)
    })

  for (const name of ['420.jpg', 'progressive.jpg', 'rgb.png', 'still.gif', 'lzw.tiff', 'lossy.webp', '444.avif'])
    test(`${name} cut anywhere`, async () => {
      const whole = bytes(pictures?.find((p) => p.name === name)?.file ?? '')
      for (const part of [0, 0.02, 0.25, 0.5, 0.75, 0.9]) {
        const error = await refusal(whole.subarray(0, Math.floor(part * whole.length)))
        expect(error.code, `${part}`).toBe('FOVEA_IMAGE')
      }
    })

  test('an HTML page named .jpg, and other things that are no pictures', async () => {
    const encoder = new TextEncoder()
    const error = await refusal(encoder.encode('<!doctype html><title>404</title>'), { name: 'cat.jpg' })
    expect(error.message).toContain("'cat.jpg' is no picture that can be read: it is an HTML page")
    expect(error.details.file).toBe('cat.jpg')
    const svg = await refusal(encoder.encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))
    expect(svg.message).toContain('an SVG drawing')
    expect((await refusal(new Uint8Array())).message).toContain('an empty file')
  })
})

test('600 mutants of every format: a picture or a typed error, nothing else', async () => {
  const { uniform } = random(7)
  let draw = 0
  let good = 0
  for (let i = 0; i < 600; i++) {
    const source = pictures?.[i % (pictures?.length ?? 1)]
    const mutant = bytes(source?.file ?? '')
    for (let k = 0; k < 1 + (i % 6); k++)
      mutant[Math.floor(uniform(draw++) * mutant.length)] = Math.floor(uniform(draw++) * 256)
    const seen: unknown = await decodeImage(mutant).catch((error: unknown) => error)
    if (seen instanceof FoveaError) expect(['FOVEA_IMAGE', 'FOVEA_IMAGE_TOO_LARGE']).toContain(seen.code)
    else {
      const { width, height, data } = seen as Image
      expect(data.length).toBe(3 * width * height)
      good++
    }
  }
  expect(good).toBeGreaterThan(50)
  expect(good).toBeLessThan(550)
})

describe('bombs are refused before a pixel is decoded', () => {
  for (const { name, file } of bombs ?? [])
    test(name, async () => {
      const error = await refusal(bytes(file))
      expect(error.code).toBe('FOVEA_IMAGE_TOO_LARGE')
    })

  for (const [name, side, interlaced] of [
    ['30000 x 30000', 30000, 0],
    ['interlaced, 6000 x 6000', 6000, 1],
  ] as const)
    test(`PNG ${name}`, async () => {
      const error = await refusal(hollowPng(side, interlaced))
      expect(error.code).toBe('FOVEA_IMAGE_TOO_LARGE')
      expect(error.message).toContain(`${side}x${side}`)
    })

  test('progressive JPEG counts twice', async () => {
    const jpeg = bytes(pictures?.find((p) => p.name === 'progressive.jpg')?.file ?? '')
    const frame = jpeg.findIndex((v, i) => v === 0xff && jpeg[i + 1] === 0xc2)
    new DataView(jpeg.buffer).setUint32(frame + 5, 6000 * 65536 + 6000)
    expect((await refusal(jpeg)).message).toContain('the limit for progressive JPEG is 25 million')
    expect((await refusal(jpeg, { limitPixels: 100e6 })).code).toBe('FOVEA_IMAGE')
  })

  test('the limit is an option', async () => {
    const png = bytes(pictures?.find((p) => p.name === 'rgb.png')?.file ?? '')
    expect((await refusal(png, { limitPixels: 100 })).code).toBe('FOVEA_IMAGE_TOO_LARGE')
    expect((await decodeImage(png, { limitPixels: 21 * 14 })).width).toBe(21)
  })
})

/** A PNG whose header claims a size that its data does not have. */
function hollowPng(side: number, interlaced: 0 | 1): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2, 0, 0, interlaced], 8)
  const chunk = (kind: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND', Buffer.alloc(0))]
  return new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]))
}
