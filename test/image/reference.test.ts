/** Resizing, fitting, projecting, blurring and normalising against Pillow, torchvision, timm, torch and SciPy. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  apply,
  blur,
  denormalize,
  type Filter,
  type Fit,
  normalize,
  type PlaneFilter,
  place,
  resize,
  resizePlane,
} from '../../src/image/index.ts'
import { pattern } from './pattern.ts'

interface Reference {
  resizes: {
    from: [number, number]
    to: [number, number]
    box: number[] | null
    filter: Filter
    pixels?: string
    sha256?: string
  }[]
  fits: { size: [number, number]; fit: Fit; sha256: string }[]
  planes: { filter: PlaneFilter; from: [number, number]; to: [number, number]; plane: number[]; result: number[] }[]
  blurs: { sigma: number; size: [number, number]; plane: number[]; result: number[] }[]
  plain: { from: [number, number]; to: [number, number]; pixels: string }[]
  soft: { size: [number, number]; sigma: number; pixels: string }
  normalized: { size: [number, number]; float32: string }
}

const path = new URL('./fixtures/reference.json', import.meta.url)
const reference = JSON.parse(readFileSync(path, 'utf8')) as Reference
const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

describe('resize equals Pillow, bit for bit', () => {
  for (const { from, to, box, filter, pixels, sha256 } of reference.resizes)
    test(`${filter} ${from} to ${to}${box ? ` box ${box}` : ''}`, () => {
      const [x = 0, y = 0, right = 0, bottom = 0] = box ?? []
      const rect = box ? { box: { x, y, width: right - x, height: bottom - y } } : {}
      const result = resize(pattern(...from), ...to, { filter, ...rect })
      expect([result.width, result.height]).toEqual(to)
      if (pixels) expect([...result.data]).toEqual([...Buffer.from(pixels, 'base64')])
      if (sha256) expect(digest(result.data)).toBe(sha256)
    })
})

describe('the picture, rounded to 8 bit, within one level', () => {
  const within = (a: Uint8Array, pixels: string) => {
    const wanted = [...Buffer.from(pixels, 'base64')]
    expect(a.length).toBe(wanted.length)
    expect(largest(a, wanted)).toBeLessThanOrEqual(1)
  }

  for (const { from, to, pixels } of reference.plain)
    test(`without antialias equals torch: ${from} to ${to}`, () => {
      within(resize(pattern(...from), ...to, { antialias: false }).data, pixels)
    })

  test('blur equals SciPy', () => {
    const { size, sigma, pixels } = reference.soft
    within(blur(pattern(...size), sigma).data, pixels)
  })
})

describe('apply equals torchvision and timm, bit for bit', () => {
  for (const { size, fit, sha256 } of reference.fits)
    test(`${size} ${JSON.stringify(fit)}`, () => {
      const input = apply(pattern(...size), place(...size, fit), fit)
      expect(digest(input.data)).toBe(sha256)
    })
})

const largest = (a: ArrayLike<number>, b: number[]) =>
  b.reduce((most, v, i) => Math.max(most, Math.abs(v - (a[i] as number))), 0)

describe('planes', () => {
  for (const { filter, from, to, plane, result } of reference.planes)
    test(`resizePlane equals torch: ${filter} ${from} to ${to}`, () => {
      const [width, height] = from
      const resized = resizePlane({ width, height, data: Float32Array.from(plane) }, ...to, { filter })
      expect(resized.data.length).toBe(result.length)
      expect(largest(resized.data, result)).toBeLessThan(3e-7)
    })

  for (const { sigma, size, plane, result } of reference.blurs)
    test(`blur equals SciPy: sigma ${sigma}`, () => {
      const [width, height] = size
      expect(largest(blur({ width, height, data: Float32Array.from(plane) }, sigma).data, result)).toBeLessThan(5e-7)
    })
})

describe('normalize', () => {
  const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const

  test('equals torchvision ToTensor and Normalize, bit for bit', () => {
    const image = pattern(...reference.normalized.size)
    const bytes = Uint8Array.from(Buffer.from(reference.normalized.float32, 'base64'))
    const { data, dims } = normalize(image, imagenet)
    expect(dims).toEqual([1, 3, 6, 11])
    expect([...data]).toEqual([...new Float32Array(bytes.buffer)])
  })

  test('every layout and channel order comes back as the same picture', () => {
    const images = [pattern(11, 6), pattern(11, 6)]
    images[1]?.data.reverse()
    for (const layout of ['NCHW', 'NHWC'] as const)
      for (const channels of ['rgb', 'bgr'] as const) {
        const options = { ...imagenet, layout, channels }
        const input = normalize(images, options)
        images.forEach((image, index) => {
          expect(denormalize(input, options, index)).toEqual(image)
        })
      }
  })

  test('BGR and NHWC lie where they should', () => {
    const image = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) }
    expect([...normalize(image, { scale: 1, channels: 'bgr', layout: 'NHWC' }).data]).toEqual([3, 2, 1])
    const two = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }
    expect([...normalize(two, { scale: 1 }).data]).toEqual([1, 4, 2, 5, 3, 6])
    expect([...normalize(two, { scale: 1, layout: 'NHWC' }).data]).toEqual([1, 2, 3, 4, 5, 6])
  })
})
