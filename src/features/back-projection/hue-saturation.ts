/** Hue, saturation and value of an 8-bit image, to the last bit as OpenCV's `cvtColor(BGR2HSV)`: hue in 2-degree steps. */

import type { Image } from '../../tensor/index.ts'

export interface HueSaturation {
  readonly width: number
  readonly height: number
  /** 0..179. */
  readonly hue: Uint8Array
  /** 0..255. */
  readonly saturation: Uint8Array
  /** 0..255: the largest of red, green and blue. */
  readonly value: Uint8Array
}

/** Divisions as 12-bit fixed point. */
const saturations = Int32Array.from({ length: 256 }, (_, v) => (v === 0 ? 0 : Math.round((255 * 4096) / v)))
const hues = Int32Array.from({ length: 256 }, (_, d) => (d === 0 ? 0 : Math.round((180 * 4096) / (6 * d))))

export function hueSaturation({ width, height, data }: Image): HueSaturation {
  const count = width * height
  const out = {
    width,
    height,
    hue: new Uint8Array(count),
    saturation: new Uint8Array(count),
    value: new Uint8Array(count),
  }
  for (let i = 0; i < count; i++) {
    const r = data[3 * i] as number
    const g = data[3 * i + 1] as number
    const b = data[3 * i + 2] as number
    const value = Math.max(r, g, b)
    const chroma = value - Math.min(r, g, b)
    const turn = value === r ? g - b : value === g ? b - r + 2 * chroma : r - g + 4 * chroma
    const hue = (turn * (hues[chroma] as number) + 2048) >> 12
    out.hue[i] = hue < 0 ? hue + 180 : hue
    out.saturation[i] = (chroma * (saturations[value] as number) + 2048) >> 12
    out.value[i] = value
  }
  return out
}
