/** Where the edges are: the input of every Hough transform. Canny's result is one. */

import { FoveaError } from '../../error/index.ts'
import { checkSize } from '../grey.ts'

/** One byte a pixel, row by row; what is not 0 is an edge. */
export interface EdgeMap {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** @returns the number of edge pixels */
export function checkEdges({ width, height, data }: EdgeMap, who: string): number {
  checkSize(width, height, who)
  if (data.length !== width * height)
    throw new FoveaError('FOVEA_SHAPE', `${who} got a ${width}x${height} edge map with ${data.length} bytes.`)
  if (width > 32767 || height > 32767)
    throw new FoveaError('FOVEA_IMAGE_TOO_LARGE', `${who} takes pictures of at most 32767 pixels a side.`)
  let count = 0
  for (let i = 0; i < data.length; i++) if (data[i]) count++
  return count
}
