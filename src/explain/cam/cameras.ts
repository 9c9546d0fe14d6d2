/**
 * Which regions speak for the class, seen at several sizes of the image at once?
 * M = ReLU(sum_k mean_r(up(A_kr)) * mean_r(up(dS_c/dA_kr))), A_r the activations of a layer for the image enlarged to size r.
 * Jalwana, Akhtar, Bennamoun, Mian: CAMERAS (CVPR 2021), arXiv 2106.10649. Written from the formula.
 * Warning: it costs the squares of the scales, 61 forward and backward passes with the paper's eight.
 */

import { FoveaError } from '../../error/index.ts'
import type { Ops, Value } from '../../onnx/index.ts'
import { compute } from '../../runtime/index.ts'
import { float32, type Plane, type Tensor } from '../../tensor/index.ts'
import type { RunMethod } from '../method.ts'
import type { Options } from '../options.ts'
import type { Recipe } from '../recipe.ts'
import { planeOf, type Study } from '../study.ts'

/** What a layer says at one scale; [1, C, h, w] each. */
interface Scale {
  readonly activation: Tensor<'float32'>
  readonly gradient: Tensor<'float32'>
}

export const cameras: RunMethod = {
  kind: 'run',
  name: 'cameras',
  title: 'CAMERAS',
  family: 'cam',
  question: 'Which regions speak for the class, in finer detail than the layer has?',
  formula: 'ReLU(sum_k mean_r up(A_kr) * mean_r up(dS/dA_kr))',
  reference: 'Jalwana, Akhtar, Bennamoun, Mian 2021, arXiv:2106.10649',
  warning: 'It costs the squares of its scales: 61 forward and backward passes with the eight of the paper.',
  cost: '2 x sum of the squared scales',
  options: {
    steps: {
      default: 8,
      min: 1,
      max: 32,
      whole: true,
      describe: "how many sizes, from the model's own to the largest",
    },
    stretch: {
      default: 4.125,
      min: 1,
      max: 8,
      describe: "the largest size, as a multiple of the model's own (4.125: 924 for 224)",
    },
    scales: {
      default: 'auto',
      choices: ['auto', 'all', 'consistent'],
      describe: 'which sizes count: all, those with the same top class, or the latter where no class was asked for',
    },
    source: {
      default: 'tensor',
      choices: ['tensor', 'photograph'],
      describe: "what is enlarged: the model's input (the paper), or the photograph, which may hold more detail",
    },
    gradients: {
      default: 'mean',
      choices: ['mean', 'sum'],
      describe: 'sum: gradients times their number of positions, so that large scales weigh as much',
    },
  },
  at: 'layer',
  display: () => 'positive',
  async run(study, options) {
    const sizes = sizesOf(study, options)
    const cost = sizes.map(([height, width]) => height * width)
    const total = cost.reduce((sum, one) => sum + one, 0)
    const wanted = options.scales === 'auto' ? (study.asked ? 'all' : 'consistent') : options.scales
    const kept: Scale[] = []
    const used: string[] = []
    let done = 0
    for (const [i, size] of sizes.entries()) {
      const there = i === 0 ? study : await study.at(size, await enlarged(study, size, options))
      const answers = await (await there.open(recipe(there))).one()
      if (i === 0 || wanted === 'all' || topOf(there) === topOf(study)) {
        kept.push({
          activation: answers.activation as Scale['activation'],
          gradient: weighed(answers.gradient, options),
        })
        used.push(`${size[0]}x${size[1]}`)
      }
      done += cost[i] as number
      study.progress(Math.round((100 * done) / total), 100)
      if (study.spent()) break
    }
    const { height, width } = study.vision.format
    return {
      map: await fused(kept, [height, width]),
      details: { scales: used.join(', '), left: sizes.length - used.length },
      notes: used.length === 1 && sizes.length > 1 ? [alone] : [],
    }
  },
}

const alone =
  'At every larger size the model has another top class, so only its own size counts, and the map is that of one scale. Ask for the class, or set scales to all.'

/** [height, width] of each scale, the model's own first. */
function sizesOf({ vision }: Study, { steps, stretch }: Options): (readonly [number, number])[] {
  const { height, width } = vision.format
  const count = steps as number
  return Array.from({ length: count }, (_, i) => {
    const factor = count === 1 ? 1 : 1 + (i * ((stretch as number) - 1)) / (count - 1)
    return [Math.round(height * factor), Math.round(width * factor)] as const
  })
}

function recipe({ layer }: Study): Recipe {
  const at = layer?.layer.name
  if (at === undefined) throw new FoveaError('FOVEA_INTERNAL', 'CAMERAS looks at a layer, and none was chosen.')
  return { name: 'cameras', wants: () => [{ at }], write: ({ value, gradient }) => ({ activation: value, gradient }) }
}

/** The model's input enlarged as the paper does it: bicubic with A = -0.75, not antialiased, not clamped. */
async function enlarged({ input, vision }: Study, [height, width]: readonly [number, number], { source }: Options) {
  if (source === 'photograph') return undefined
  const planar = vision.pixels.layout === 'NCHW'
  const { large } = await compute({ input }, ({ op }, { input: image }) => {
    const value = image as Value
    const map = planar ? value : op.Transpose(value, { perm: [0, 3, 1, 2] })
    const wide = resized(op, map, [height, width], 'cubic')
    return { large: planar ? wide : op.Transpose(wide, { perm: [0, 2, 3, 1] }) }
  })
  return large as Tensor<'float32'>
}

function resized(op: Ops, map: Value, [height, width]: readonly [number, number], mode: 'cubic' | 'linear'): Value {
  const sizes = op.Concat(op.Shape(map, { end: 2 }), [height, width], { axis: 0 })
  return op.Resize(map, null, null, sizes, { mode, coordinate_transformation_mode: 'half_pixel' })
}

function weighed(gradient: Tensor<'float32'> | undefined, { gradients }: Options): Tensor<'float32'> {
  const { dims, data } = gradient as Tensor<'float32'>
  const factor = gradients === 'sum' ? (dims[2] as number) * (dims[3] as number) : 1
  return float32(dims, factor === 1 ? data : data.map((value) => value * factor))
}

function topOf({ scores }: Study): number {
  return scores.indexOf(Math.max(...scores))
}

/** Channels at a time: enlarged to the image's size they are a thousand times as large. */
const chunk = 64

async function fused(scales: readonly Scale[], size: readonly [number, number]): Promise<Plane> {
  const [, channels = 0] = scales[0]?.activation.dims ?? []
  const sum = new Float64Array(size[0] * size[1])
  for (let from = 0; from < channels; from += chunk) {
    const parts = scales.flatMap(({ activation, gradient }, i) => [
      [`a${i}`, channelsOf(activation, from)] as const,
      [`g${i}`, channelsOf(gradient, from)] as const,
    ])
    const { map } = await compute(Object.fromEntries(parts), ({ op }, values) => {
      const mean = (letter: string) => {
        const enlarged = scales.map((_, i) => resized(op, values[`${letter}${i}`] as Value, size, 'linear'))
        return op.Div(
          enlarged.reduce((a, b) => op.Add(a, b)),
          scales.length,
        )
      }
      return { map: op.ReduceSum(op.Mul(mean('a'), mean('g')), [1], { keepdims: 0 }) }
    })
    planeOf(map as Tensor).data.forEach((value, i) => {
      sum[i] = (sum[i] as number) + value
    })
  }
  return { width: size[1], height: size[0], data: Float32Array.from(sum, (value) => Math.max(0, value)) }
}

function channelsOf({ dims, data }: Tensor<'float32'>, from: number): Tensor<'float32'> {
  const [, channels = 0, height = 0, width = 0] = dims
  const to = Math.min(channels, from + chunk)
  const area = height * width
  return float32([1, to - from, height, width], data.slice(from * area, to * area))
}
