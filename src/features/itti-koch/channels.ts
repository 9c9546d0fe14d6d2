/** The early channels of an image: intensity and four broadly tuned colours. Not pyramids: those are built from these. */

import type { Image, Plane } from '../../tensor/index.ts'
import { requireImage } from './shrink.ts'

export interface Channels {
  /** (r + g + b) / 3, in [0, 1]. */
  readonly intensity: Plane
  readonly red: Plane
  readonly green: Plane
  readonly blue: Plane
  readonly yellow: Plane
}

/**
 * With r, g, b divided by the intensity I where I exceeds a tenth of its maximum (hue is not seen in the dark), else 0:
 * R = r - (g + b) / 2, G = g - (r + b) / 2, B = b - (r + g) / 2, Y = (r + g) / 2 - |r - g| / 2 - b, negatives to 0.
 */
export function channels(image: Image): Channels {
  const { width, height, data } = image
  const count = width * height
  requireImage(image, 'Itti-Koch')
  const plane = (): Plane => ({ width, height, data: new Float32Array(count) })
  const out = { intensity: plane(), red: plane(), green: plane(), blue: plane(), yellow: plane() }
  let brightest = 0
  for (let i = 0; i < count; i++) {
    const sum = at(data, 3 * i) + at(data, 3 * i + 1) + at(data, 3 * i + 2)
    out.intensity.data[i] = sum / 765
    if (sum > brightest) brightest = sum
  }
  for (let i = 0; i < count; i++) {
    const sum = at(data, 3 * i) + at(data, 3 * i + 1) + at(data, 3 * i + 2)
    if (sum * 10 <= brightest) continue
    const r = (3 * at(data, 3 * i)) / sum
    const g = (3 * at(data, 3 * i + 1)) / sum
    const b = (3 * at(data, 3 * i + 2)) / sum
    out.red.data[i] = Math.max(0, r - (g + b) / 2)
    out.green.data[i] = Math.max(0, g - (r + b) / 2)
    out.blue.data[i] = Math.max(0, b - (r + g) / 2)
    out.yellow.data[i] = Math.max(0, (r + g) / 2 - Math.abs(r - g) / 2 - b)
  }
  return out
}

const at = (data: Uint8Array, i: number) => data[i] as number
