/** A picture over another, of which a mask lets some through: in WebAssembly (masks.c) or, without SIMD, in TypeScript; the same bits. */

import { mostBytes } from '../../../platform/index.ts'
import { beyond, hasSimd, roomOf } from './kernels.ts'

/** `to` becomes below + shown (above - below), exactly `above` where shown is 1; shown: a number for each of `planes` planes' pixels. */
export type Lay = (shown: ArrayLike<number>, to: Float32Array) => void

export function layOver(above: Float32Array, below: Float32Array, planes: number, simd = hasSimd()): Lay {
  const pixels = above.length / planes
  if (!simd || 4 * above.length > mostBytes) return twin(above, below, planes)
  const bytes = 4 * (above.length + beyond)
  const { kernel, buffer, take } = roomOf(4 * bytes + 4 * 64)
  const [own, under, made, share] = [take(bytes), take(bytes), take(bytes), take(4 * (pixels + beyond))]
  new Float32Array(buffer, own).set(above)
  new Float32Array(buffer, under).set(below)
  const mask = new Float32Array(buffer, share, pixels)
  const out = new Float32Array(buffer, made, above.length)
  return (shown, to) => {
    mask.set(shown)
    kernel.lay(own, under, share, pixels, planes, made)
    to.set(out)
  }
}

const twin =
  (above: Float32Array, below: Float32Array, planes: number): Lay =>
  (shown, to) => {
    const pixels = above.length / planes
    const round = Math.fround
    for (let c = 0, k = 0; c < planes; c++)
      for (let i = 0; i < pixels; i++, k++) {
        const share = round(shown[i] as number)
        const own = above[k] as number
        const under = below[k] as number
        to[k] = share === 1 ? own : under + round(share * round(own - under))
      }
  }
