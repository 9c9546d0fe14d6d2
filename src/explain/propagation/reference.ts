/** The picture without information that DeepLIFT compares with, written into the graph. */

import { referenceName } from '../../autodiff/index.ts'
import { Builder, type Graph, type Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { ForwardFacts } from '../recipe.ts'
import { levelOf } from './relevance.ts'

export const referenceOptions = {
  reference: {
    default: 'black',
    choices: ['black', 'mean', 'blurred'],
    describe: 'what the image is compared with: black pixels; mean (0 in normalised values); the image blurred',
  },
  blur: {
    default: 10,
    min: 0.1,
    max: 100,
    describe: "the blurred reference's standard deviation in pixels of the input",
  },
} as const satisfies OptionSchema

/** The graph with the reference's pixels, in the shape of the image's. */
export function withReferencePixels(graph: Graph, facts: ForwardFacts, options: Options): Graph {
  const { vision } = facts
  const builder = new Builder(graph)
  const { name, layout } = vision.pixels
  const image = builder.value(name)
  const rank = facts.measured.shapes.get(name)?.dims.length ?? 4
  const axis = rank - (layout === 'NCHW' ? 3 : 1)
  builder.within('reference', () => {
    const made =
      options.reference === 'blurred'
        ? blurred(builder, image, facts, rank, options.blur as number)
        : uniform(builder, image, options.reference === 'black' ? levelOf(vision, 0) : [0], rank, axis)
    builder.named('Identity', referenceName(name), made)
  })
  return builder.finish()
}

function uniform(builder: Builder, image: Value, levels: readonly number[], rank: number, axis: number): Value {
  const { op } = builder
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? levels.length : 1))
  return op.Expand(op.CastLike(builder.constant(float32(shape, levels)), image), op.Shape(image))
}

/** Each colour by itself, along one axis and then the other; beyond the border lies the pixel at the border. */
function blurred(builder: Builder, image: Value, { vision }: ForwardFacts, rank: number, sigma: number): Value {
  const { op } = builder
  const { height, width, depth } = vision.format
  const reach = Math.min(Math.ceil(3 * sigma), Math.min(height, width) - 1)
  const raw = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-(((i - reach) / sigma) ** 2) / 2))
  const total = raw.reduce((a, b) => a + b, 0)
  const kernel = raw.map((value) => value / total)
  const planar = vision.pixels.layout === 'NCHW'
  const whole = rank === 3 ? op.Unsqueeze(image, [0]) : image
  const planes = op.Reshape(planar ? whole : op.Transpose(whole, { perm: [0, 3, 1, 2] }), [-1, 1, height, width])
  const along = (value: Value, size: readonly [number, number]) => {
    const pads = size.map((length) => (length - 1) / 2)
    const wide = op.Pad(value, [0, 0, ...pads, 0, 0, ...pads], { mode: 'edge' })
    return op.Conv(wide, op.CastLike(builder.constant(float32([1, 1, ...size], kernel)), image), { kernel_shape: size })
  }
  const smooth = along(along(planes, [kernel.length, 1]), [1, kernel.length])
  const channels = op.Reshape(smooth, [-1, depth, height, width])
  const laid = planar ? channels : op.Transpose(channels, { perm: [0, 2, 3, 1] })
  return rank === 3 ? op.Squeeze(laid, [0]) : laid
}
