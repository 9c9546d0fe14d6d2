/** Functions from images to scores of which every explanation is known. */

import { type BlackBox, type BlackBoxOptions, explain } from '../../../src/explain/index.ts'
import { type Image, random } from '../../../src/tensor/index.ts'

export const noise = (width: number, height: number, seed = 1): Image => ({
  width,
  height,
  data: Uint8Array.from(random(seed).uniforms(3 * width * height), (u) => Math.floor(256 * u)),
})

/** One score an image, from its numbers [3, h, w] in 0 … 1. */
export const scoring =
  (score: (pixels: Float32Array) => number): BlackBox =>
  ({ dims: [images = 1], data }) =>
    Array.from({ length: images }, (_, i) =>
      score(data.subarray((i * data.length) / images, ((i + 1) * data.length) / images)),
    )

/** w . x */
export const linear = (weights: ArrayLike<number>): BlackBox =>
  scoring((pixels) => pixels.reduce((sum, value, i) => sum + (weights[i] as number) * value, 0))

/** The number that each pixel brings to a linear score: sum over the colours of w x (black brings nothing). */
export function parts(weights: ArrayLike<number>, { width, height, data }: Image): Float64Array {
  const size = width * height
  return Float64Array.from({ length: size }, (_, i) =>
    [0, 1, 2].reduce((sum, c) => sum + ((weights[c * size + i] as number) * (data[3 * i + c] as number)) / 255, 0),
  )
}

export const explained = async (answer: BlackBox, image: Image, options: BlackBoxOptions) =>
  await explain(answer, image, { ...options, options: { baseline: 'black', ...options.options } })
