/**
 * Which regions does the class's score rise on, when only they are shown?
 * M = ReLU(sum_k w_k A_k), w = softmax over k of f(x masked by A_k enlarged and stretched to 0 … 1), f the score. No gradient.
 * Wang et al.: Score-CAM (2019), arXiv 1910.01279.
 * Warning: a softmax over scores is nearly one-hot: few channels make the map. Masked images are unlike any that was trained on.
 */

import { resizePlane } from '../../image/index.ts'
import { float32, type Plane, type Tensor } from '../../tensor/index.ts'
import type { RunMethod } from '../method.ts'
import type { Study } from '../study.ts'
import { cellsOf, weighedSum } from './cells.ts'
import { displayOf, rectified, stretched } from './weighing.ts'

export const scoreCam: RunMethod = {
  kind: 'run',
  name: 'score-cam',
  title: 'Score-CAM',
  family: 'cam',
  question: "On which regions, shown alone, does the class's score rise?",
  formula: 'ReLU(sum_k w_k A_k), w = softmax_k f(x * stretched(A_k))',
  reference: 'Wang et al. 2019, arXiv:1910.01279',
  warning: 'A softmax over scores is nearly one-hot, so that few channels make the map.',
  cost: 'channels + 2',
  options: {
    relu: rectified,
    resize: {
      default: 'half-pixel',
      choices: ['half-pixel', 'corners'],
      describe: 'how a channel becomes a mask: cells laid over the image, or their centres from corner to corner',
    },
    constant: {
      default: false,
      describe: 'let channels that are the same everywhere take part, as masks that hide all',
    },
  },
  like: { 'pytorch-grad-cam': { options: { resize: 'corners', constant: true }, note: stretched } },
  at: 'layer',
  display: displayOf,
  async run(study, { relu, resize, constant }) {
    const cells = await cellsOf(study)
    const { height, width } = cells.layer
    const varied = Array.from({ length: cells.channels }, (_, k) => k).filter(
      (k) => constant || !isConstant(cells.map(k)),
    )
    const scores = new Float64Array(cells.channels).fill(Number.NEGATIVE_INFINITY)
    const enlarge = resize === 'corners' ? cornerToCorner : resizePlane
    const { format } = study.vision
    const map = () => weighedSum(cells, softmax(scores), relu as boolean)
    const masked = await study.open({ name: 'fovea/score' })
    await masked.each(
      varied.length,
      (i) => {
        const channel = { width, height, data: cells.map(varied[i] as number) }
        return withMask(study, normalized(enlarge(channel, format.width, format.height).data))
      },
      (i, { score }) => {
        scores[varied[i] as number] = score?.data[0] as number
      },
      { preview: map },
    )
    return { map: map(), details: { channels: varied.length } }
  },
}

const isConstant = (values: Float32Array) => values.every((value) => value === values[0])

/** Minus infinity counts nothing. */
function softmax(scores: Float64Array): Float64Array {
  const most = Math.max(...scores)
  if (most === Number.NEGATIVE_INFINITY) return scores.map(() => 0)
  const powers = scores.map((score) => Math.exp(score - most))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

function normalized(values: Float32Array): Float32Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)]
  return values.map((value) => (most > least ? (value - least) / (most - least) : 0))
}

function withMask({ input, vision }: Study, mask: Float32Array): Tensor<'float32'> {
  const depth = input.data.length / mask.length
  const planar = vision.pixels.layout === 'NCHW'
  const place = (i: number) => (planar ? i % mask.length : Math.floor(i / depth))
  return float32(
    input.dims,
    input.data.map((value, i) => value * (mask[place(i)] as number)),
  )
}

/** Bilinear with the first and last cells' centres at the first and last pixels: torch's align_corners=True. */
function cornerToCorner(source: Plane, width: number, height: number): Plane {
  const taps = (from: number, to: number) =>
    Array.from({ length: to }, (_, i) => {
      const place = to > 1 ? (i * (from - 1)) / (to - 1) : 0
      const low = Math.min(Math.floor(place), Math.max(0, from - 2))
      return { low, high: Math.min(low + 1, from - 1), share: place - low }
    })
  const [across, down] = [taps(source.width, width), taps(source.height, height)]
  const read = (y: number, x: number) => source.data[y * source.width + x] as number
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const [y, x] = [down[Math.floor(i / width)] as (typeof down)[0], across[i % width] as (typeof across)[0]]
    const row = (at: number) => read(at, x.low) * (1 - x.share) + read(at, x.high) * x.share
    return row(y.low) * (1 - y.share) + row(y.high) * y.share
  })
  return { width, height, data }
}
