import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type HogOptions, hog } from '../../../src/features/hog/index.ts'
import { crop, photo } from '../photo.ts'

interface Case {
  picture: string
  options: Partial<HogOptions>
  crop: [number, number, number, number]
  float: 32 | 64
  length: number
  vector: string
}

const golden = JSON.parse(readFileSync(new URL('./fixtures/golden.json', import.meta.url), 'utf8')) as { cases: Case[] }

function unpack({ vector, float }: Case): Float64Array {
  const bytes = new Uint8Array(inflateSync(Buffer.from(vector, 'base64')))
  return float === 64 ? new Float64Array(bytes.buffer) : Float64Array.from(new Float32Array(bytes.buffer))
}

/** Largest and mean difference. OpenCV's direction is a float32 polynomial, the twin and scikit-image are float64. */
const tolerance = {
  opencv: { largest: 3e-3, mean: 1e-4 },
  'scikit-image': { largest: 1e-6, mean: 1e-6 },
  uoctti: { largest: 1e-9, mean: 1e-9 },
}

describe('the vectors are those of the peers', () => {
  test.each(golden.cases)('$picture $options', async (wanted) => {
    const { vector } = hog(crop(await photo(wanted.picture), ...wanted.crop), wanted.options)
    const peer = unpack(wanted)
    expect(vector.length).toBe(wanted.length)
    let largest = 0
    let sum = 0
    vector.forEach((value, i) => {
      const difference = Math.abs(value - (peer[i] as number))
      largest = Math.max(largest, difference)
      sum += difference
    })
    const limit = tolerance[wanted.options.convention as keyof typeof tolerance]
    expect(largest).toBeLessThanOrEqual(limit.largest)
    expect(sum / vector.length).toBeLessThanOrEqual(limit.mean)
  })
})
