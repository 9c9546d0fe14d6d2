/** .npy files against NumPy's own, byte for byte. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Dtype, float32, halfToFloat, tensor } from '../../src/tensor/index.ts'
import { decodeNpy, encodeNpy } from '../../src/tensor/npy.ts'

interface Fixtures {
  arrays: { dtype: Dtype; dims: number[]; values: string[]; file: string }[]
  refused: Record<string, string>
}

const path = new URL('./fixtures/npy.json', import.meta.url)
const { arrays, refused } = JSON.parse(readFileSync(path, 'utf8')) as Fixtures
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

describe('npy', () => {
  for (const { dtype, dims, values, file } of arrays) {
    test(`reads ${dtype} [${dims}]`, () => {
      const array = decodeNpy(bytes(file))
      expect([array.dtype, array.dims]).toEqual([dtype, dims])
      const seen = Array.from(array.data as ArrayLike<number | bigint>, (v) => {
        if (typeof v === 'bigint') return v
        return dtype === 'float16' ? halfToFloat(v) : v
      })
      const wanted = values.map((v) => (/^[-\d]+$/.test(v) && dtype.endsWith('64') ? BigInt(v) : Number(v)))
      expect(seen).toEqual(dtype === 'bool' ? [1, 0] : wanted)
    })

    test(`writes ${dtype} [${dims}] as NumPy does`, () => {
      expect([...encodeNpy(decodeNpy(bytes(file)))]).toEqual([...bytes(file)])
    })
  }

  for (const [why, file] of Object.entries(refused))
    test(`refuses: ${why}`, () => {
      expect(() => decodeNpy(bytes(file))).toThrow(why)
    })

  test('a view into a larger buffer is written alone', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3)
    const back = decodeNpy(encodeNpy(float32([2], data)))
    expect([...(back.data as Float32Array)]).toEqual([2, 3])
  })

  test('a Node Buffer in the middle of a pool is read as what it holds', () => {
    const file = Buffer.from(encodeNpy(float32([2], [7, 8])))
    expect([...(decodeNpy(file).data as Float32Array)]).toEqual([7, 8])
  })

  test('refuses what is cut short, no .npy, or has no NumPy type', () => {
    const file = encodeNpy(float32([3], [1, 2, 3]))
    expect(() => decodeNpy(file.subarray(0, file.length - 1))).toThrow('needs 12 bytes, but only 11 follow')
    expect(() => decodeNpy(file.subarray(0, 30))).toThrow('cannot be read')
    expect(() => decodeNpy(new Uint8Array(40))).toThrow('does not start with NUMPY')
    expect(() => encodeNpy(tensor('string', [1], ['a']))).toThrow('string')
  })
})
