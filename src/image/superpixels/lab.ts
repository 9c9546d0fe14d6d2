/** sRGB to CIE L*a*b* (D65): distances in it are about what eyes see. */

import type { Image } from '../../tensor/index.ts'
import { toLinear } from '../light.ts'

const bent = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116)

/** `[L, a, b]` a pixel, interleaved. IEC 61966-2-1, CIE 15. */
export function lab({ data }: Image): Float32Array {
  const out = new Float32Array(data.length)
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [0, 1, 2].map((c) => toLinear(data[i + c] as number)) as [number, number, number]
    const x = bent((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
    const y = bent(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
    const z = bent((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
    out[i] = 116 * y - 16
    out[i + 1] = 500 * (x - y)
    out[i + 2] = 200 * (y - z)
  }
  return out
}
