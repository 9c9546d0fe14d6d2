/** Fixations as data sets keep them: a black picture with a bright pixel wherever somebody looked. */

import { FoveaError } from '../../error/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { Point } from './fixations.ts'

/** More bright pixels than this share make a photograph or a density, not points. */
const most = 0.05

/**
 * The centres of all pixels whose brightest channel is at least 128, scaled to a picture of `width` x `height`.
 * @throws FoveaError FOVEA_USAGE when nothing is bright, or so much that it cannot be points
 */
export function readFixations(picture: Image, width: number, height: number): Point[] {
  const found: Point[] = []
  for (let i = 0; i < picture.width * picture.height; i++) {
    const [r, g, b] = [picture.data[3 * i], picture.data[3 * i + 1], picture.data[3 * i + 2]]
    if (Math.max(r as number, g as number, b as number) < 128) continue
    const x = (((i % picture.width) + 0.5) * width) / picture.width
    found.push({ x, y: ((Math.floor(i / picture.width) + 0.5) * height) / picture.height })
  }
  const limit = most * picture.width * picture.height
  if (found.length > 0 && found.length <= limit) return found
  const what = found.length === 0 ? 'no bright pixel' : `${found.length} bright pixels, more than 5 %`
  throw new FoveaError(
    'FOVEA_USAGE',
    `The second picture must show fixations as bright pixels on black; it has ${what}.`,
  )
}
