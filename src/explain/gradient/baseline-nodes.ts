/** The baselines as nodes, for methods that are compiled. */

import { FoveaError } from '../../error/index.ts'
import { gaussian } from '../../image/index.ts'
import { prepare } from '../../models/index.ts'
import type { Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { Images } from '../method.ts'
import type { Options } from '../options.ts'
import { fixedBaseline, uniform } from './baseline.ts'

/**
 * [1 or N, …], as the images lie.
 * @throws FoveaError FOVEA_USAGE for a picture, and for black and noise in a model of integer pixels
 */
export function addBaseline(images: Images, options: Options): Value {
  const { op, builder, vision, value } = images
  const { baseline } = options
  if (baseline === 'mean') return op.Mul(value, 0)
  if (baseline === 'blurred') return blurred(images, options.blur as number)
  if (baseline === 'image' || vision.pixels.name !== vision.image.name)
    throw new FoveaError(
      'FOVEA_USAGE',
      baseline === 'image'
        ? 'A compiled file has no picture as its baseline: choose black, mean, blurred or noise (--baseline black).'
        : `The model takes integer pixels, so the baseline '${baseline}' cannot be written into the file: choose mean or blurred (--baseline mean).`,
    )
  const level = (grey: number) => prepare(uniform(vision.format, grey), vision.format).tensor
  const black = level(0)
  return builder.constant(fixedBaseline(options, black, black, level(255)), 'baseline')
}

/** Two passes of `image/blur`'s kernel over each colour; edges replicate. */
function blurred({ op, builder, value, channels, vision }: Images, sigma: number): Value {
  if (sigma === 0) return value
  const kernel = gaussian(sigma)
  const radius = (kernel.length - 1) / 2
  const depth = vision.format.depth
  const weights = (height: number, width: number) =>
    builder.constant(
      float32(
        [depth, 1, height, width],
        Float32Array.from({ length: depth * kernel.length }, (_, i) => kernel[i % kernel.length] as number),
      ),
      'kernel',
    )
  const planar = channels === 1 ? value : op.Transpose(value, { perm: [0, 3, 1, 2] })
  const padded = op.Pad(planar, [0, 0, radius, radius, 0, 0, radius, radius], { mode: 'edge' })
  const down = op.Conv(padded, weights(kernel.length, 1), { group: depth })
  const soft = op.Conv(down, weights(1, kernel.length), { group: depth })
  return channels === 1 ? soft : op.Transpose(soft, { perm: [0, 2, 3, 1] })
}
