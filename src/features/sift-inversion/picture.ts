/** Which regions a SIFT inversion was put together from, as pictures. */

import { colormap, colorOf } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { paintPlane } from '../paint.ts'

export function coveragePicture(coverage: Uint16Array, { width, height }: Plane): Image {
  return paintPlane({ width, height, data: Float32Array.from(coverage, Math.sqrt) }, { min: 0 })
}

/** Neighbouring indices get distant colours; black where no region is. */
export function topPicture(top: Int32Array, { width, height }: Plane): Image {
  const data = new Uint8Array(3 * top.length)
  const table = colormap('turbo')
  for (let i = 0; i < top.length; i++) {
    const region = top[i] as number
    if (region >= 0) data.set(colorOf(table, (region * 0.618034) % 1, 0, 1), 3 * i)
  }
  return { width, height, data }
}
