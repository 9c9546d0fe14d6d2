/** The descriptors that a picture has at given keypoints: how well an inversion tells what it was made from. */

import type { Plane } from '../../tensor/index.ts'
import { borrow, scaleSpace } from '../scale-space/index.ts'
import { arctangent, describe, type Keypoint } from '../sift/index.ts'

/** 128 numbers a keypoint. @param plane of the size the keypoints were found in, grey 0..255 or any other scale */
export function describeAt(plane: Plane, keypoints: readonly Keypoint[]): Uint8Array {
  const data = new Uint8Array(128 * keypoints.length)
  borrow(scaleSpace(plane), ({ planes, octaves }) => {
    const options = { arctangent: arctangent.aligned, loops: planes }
    keypoints.forEach(({ x, y, sigma, angle, octave, layer }, i) => {
      const level = octaves[octave]
      const gaussian = level?.gaussian[layer]
      if (!level || !gaussian) return
      const { step } = level
      describe(gaussian, x / step, y / step, sigma / step, angle, options, data, 128 * i)
    })
  })
  return data
}

/** Mean Euclidean distance of descriptors in pairs; 512 is their length. 0 for none. */
export function descriptorDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = a.length / 128
  let sum = 0
  for (let i = 0; i < count; i++) {
    let square = 0
    for (let d = 128 * i; d < 128 * (i + 1); d++) square += ((a[d] as number) - (b[d] as number)) ** 2
    sum += Math.sqrt(square)
  }
  return count > 0 ? sum / count : 0
}
