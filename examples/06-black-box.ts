/** Any function from images to scores can be explained, also an asynchronous one: a model behind an address, a rule by hand. */

import { readFileSync } from 'node:fs'
import { decodeImage, explain } from 'fovea'

/** How red is the picture? Images [N, 3, H, W], RGB from 0 to 1; one number an image. */
async function redness({ dims, data }: { dims: readonly number[]; data: Float32Array }): Promise<number[]> {
  const [images = 1, , height = 0, width = 0] = dims
  const size = height * width
  const mean = (from: number) => data.subarray(from, from + size).reduce((a, b) => a + b, 0) / size
  return Array.from({ length: images }, (_, i) => mean(3 * i * size) - mean(3 * i * size + size))
}

const image = await decodeImage(readFileSync('examples/photos/coffee.png'))
const { raw, score, details } = await explain(redness, image, { method: 'occlusion', size: [64, 64] })
const [least, most] = [Math.min(...raw.data), Math.max(...raw.data)]
console.log(
  `${score.toFixed(3)}; ${details?.windows} windows, each worth ${least.toExponential(1)} to ${most.toExponential(1)}`,
)
