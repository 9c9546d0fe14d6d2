/** A heatmap's colours over its photograph: in WebAssembly (paint.c) or, without SIMD, in TypeScript; the same bytes. */

import { mostBytes } from '../../platform/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { lightTables } from '../light.ts'
import { hasSimd, open } from './kernels.ts'
import { twin } from './paint-twin.ts'

export interface Brush {
  /** the values at the ends of the colours; nothing to show where max is 0 */
  readonly min: number
  readonly max: number
  readonly opacity: number
  /** the share of max below which nothing is shown */
  readonly threshold: number
  /** 256 colours in linear light, and that of nothing; the same as 0-255 */
  readonly lights: Float64Array
  readonly levels: Uint8Array
  /** no photograph behind the colours */
  readonly alone: boolean
  /** whether strength is the value's magnitude, and whether the colour is */
  readonly magnitude: boolean
  readonly absolute: boolean
}

interface Exports {
  // pixels, values, width, height, brush, light
  paint(...args: number[]): void
}

/** The photograph under the map, pixel by pixel; hatched where the map is NaN. */
export function paint(photo: Image, map: Plane, brush: Brush, simd = hasSimd()): Image {
  const { width, height } = photo
  const usual = brush.opacity >= 0 && brush.opacity <= 1
  if (!simd || !usual || 4 * map.data.length > mostBytes) return twin(photo, map, brush)
  const { min, max, opacity, threshold, lights, levels, alone, magnitude, absolute } = brush
  const look = packed(
    Float64Array.of(min, max - min, max, opacity, threshold),
    Int32Array.of(...[alone, magnitude, absolute].map(Number), lights.length - 3),
    lights,
    levels,
  )
  const light = packed(lightTables.linear, lightTables.next, lightTables.encoded, lightTables.lowest)
  const room = photo.data.length + 4 * map.data.length + look.length + light.length + 5 * 64
  const { kernel, buffer, take, close } = open<Exports>(room)
  const place = (bytes: Uint8Array) => {
    const at = take(bytes.length)
    new Uint8Array(buffer, at).set(bytes)
    return at
  }
  const pixels = place(photo.data)
  const values = take(4 * map.data.length)
  new Float32Array(buffer, values).set(map.data)
  kernel.paint(pixels, values, width, height, place(look), place(light))
  const data = new Uint8Array(buffer, pixels, photo.data.length).slice()
  close()
  return { width, height, data }
}

/** Arrays one behind the other: a C structure whose members need no padding. */
function packed(...parts: readonly (Float64Array | Int32Array | Uint8Array)[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const { buffer, byteOffset, byteLength } of parts) {
    out.set(new Uint8Array(buffer, byteOffset, byteLength), at)
    at += byteLength
  }
  return out
}
