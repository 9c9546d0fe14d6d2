/** The two passes of resizing: WebAssembly SIMD (resample.c) where the machine has it, else the same in TypeScript; the same bytes. */

import { mostBytes } from '../../platform/index.ts'
import type { Image } from '../../tensor/index.ts'
import { hasSimd, open } from './kernels.ts'
import { twin } from './resample-twin.ts'

/** Fractional bits of the weights. */
export const precision = 22

/** Output sample `i` along an axis is the sum of `weights[i * taps + j] * source[first[i] + j]` over j < count[i], rounded and clipped. */
export interface Pass {
  readonly axis: 'x' | 'y'
  readonly taps: number
  readonly first: Int32Array
  readonly count: Int32Array
  readonly weights: Int32Array
}

interface Exports {
  // from, width, rows; first, count, weights, taps; samples, to, pairs
  across(...args: number[]): void
  // from, stride; first, count, weights, taps; samples, to
  down(...args: number[]): void
}

/** Vectors reach so far beyond an array's end. */
const beyond = 16

/** The picture after the passes, in their order. */
export function resample(image: Image, passes: readonly Pass[], simd = hasSimd()): Image {
  if (!simd || image.data.length > mostBytes) return twin(image, passes)
  const sizes = passes.reduce(
    (all, { axis, first }) => {
      const { width, height } = all.at(-1) as Pick<Image, 'width' | 'height'>
      return [...all, axis === 'x' ? { width: first.length, height } : { width, height: first.length }]
    },
    [image] as Pick<Image, 'width' | 'height'>[],
  )
  const bytes = sizes.map(({ width, height }) => 3 * width * height + beyond)
  const tables = passes.map(({ first, taps }) => 8 * first.length + 4 * first.length * (2 * taps + 1))
  const room = [...bytes, ...tables].reduce((sum, size) => sum + size + 4 * 64, 0)
  const { kernel, buffer, take, close } = open<Exports>(room)
  const place = (table: Int32Array) => {
    const at = take(4 * table.length)
    new Int32Array(buffer, at, table.length).set(table)
    return at
  }
  const places = bytes.map(take)
  new Uint8Array(buffer, places[0]).set(image.data)
  passes.forEach(({ axis, taps, first, count, weights }, i) => {
    const { width, height } = sizes[i] as Image
    const [from, to] = places.slice(i, i + 2) as [number, number]
    const table = [place(first), place(count), place(weights), taps, first.length, to] as const
    if (axis === 'x') kernel.across(from, width, height, ...table, take(4 * first.length * (taps + 1)))
    else kernel.down(from, 3 * width, ...table)
  })
  const { width, height } = sizes.at(-1) as Image
  const data = new Uint8Array(buffer, places.at(-1), 3 * width * height).slice()
  close()
  return { width, height, data }
}
