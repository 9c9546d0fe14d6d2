/** paint.c said again in plain TypeScript: what runs where WebAssembly SIMD is missing, and what the kernel is tested against. */

import type { Image, Plane } from '../../tensor/index.ts'
import { fromLinear, luma, toLinear } from '../light.ts'
import type { Brush } from './paint.ts'

export function twin(photo: Image, map: Plane, brush: Brush): Image {
  const { min, max, opacity, threshold, lights, levels, alone, magnitude, absolute } = brush
  const { width, height } = photo
  const data = new Uint8Array(photo.data.length)
  const [pixels, values] = [photo.data, map.data]
  const nothing = lights.length - 3
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const at = 3 * i
      const value = values[i] as number
      if (Number.isNaN(value)) {
        data.fill(hatched(luma(pixels, at) * (alone ? 0.4 : 0.55), (x + y) % 8), at, at + 3)
        continue
      }
      const size = Math.abs(value)
      const share = max > 0 ? (magnitude ? size : value) / max : 0
      const hidden = share < threshold
      const place = ((absolute ? size : value) - min) / (max - min)
      const color = max > 0 && !hidden ? 3 * Math.floor(Math.max(0, Math.min(255, place * 256))) : nothing
      if (alone) {
        data.set(levels.subarray(color, color + 3), at)
        continue
      }
      const alpha = hidden ? 0 : opacity * Math.min(1, Math.max(0, (share - 0.1) / 0.5))
      const grey = luma(pixels, at)
      for (let c = 0; c < 3; c++) {
        const base = 0.7 * (grey + 0.45 * ((pixels[at + c] as number) - grey))
        data[at + c] = fromLinear(toLinear(base) * (1 - alpha) + (lights[color + c] as number) * alpha)
      }
    }
  return { width, height, data }
}

/** Fine diagonal lines, 8 pixels apart along a row. */
function hatched(grey: number, along: number): number {
  const line = along === 0 ? 0.22 : along === 1 || along === 7 ? 0.07 : 0
  return Math.round(grey + (255 - grey) * line)
}
