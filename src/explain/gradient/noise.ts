/** Gradients of noisy copies of the image: what SmoothGrad, SmoothGrad-squared and VarGrad have in common. */

import type { Value } from '../../onnx/index.ts'
import { float32, type Plane, random, sizeOf } from '../../tensor/index.ts'
import type { Images } from '../method.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Outcome, Study } from '../study.ts'
import { Moments } from './moments.ts'
import { imageGradient } from './programs.ts'

export const samplesOption = { default: 50, min: 1, max: 100_000, whole: true, describe: 'how many samples' } as const

export const seedOption = { default: 0, min: 0, whole: true, describe: 'of the random numbers' } as const

export const noiseOptions = {
  samples: samplesOption,
  noise: { default: 0.15, min: 0, max: 1000, describe: "the noise's standard deviation" },
  unit: {
    default: 'range',
    choices: ['range', 'absolute'],
    describe: "the noise as a share of the image's range, or in the values that the model receives",
  },
  seed: seedOption,
} as const satisfies OptionSchema

/** Captum's and Xplique's random numbers are their own: what agrees is the distribution. */
const ownNumbers = 'the same distribution; the random numbers are its own'

export const noisePeers = {
  captum: { options: { samples: 5, noise: 1, unit: 'absolute' }, note: ownNumbers },
  saliency: { options: { samples: 25, noise: 0.15, unit: 'range', channels: 'sum' }, note: ownNumbers },
  xplique: { options: { samples: 50, noise: 0.2, unit: 'absolute' }, note: ownNumbers },
}

/** The standard deviation of the noise. */
export const sigmaOf = (data: Float32Array, { noise, unit }: Options): number =>
  (noise as number) * (unit === 'range' ? rangeOf(data) : 1)

function rangeOf(data: Float32Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of data) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return most - least
}

/** The noise of `noisyGradients` as nodes: the images [N, …] to [N, samples, …]. The normal numbers are a constant of the file. */
export function addNoise({ op, builder, vision, value }: Images, options: Options): Value {
  const [, ...dims] = vision.measured.shapes.get(vision.pixels.name)?.dims ?? []
  const [samples, size] = [options.samples as number, sizeOf(dims)]
  const normals = new Float32Array(samples * size)
  for (let i = 0; i < samples; i++) normals.set(random(options.seed as number, i).normals(size), i * size)
  const noise = builder.constant(float32([1, samples, ...dims], normals), 'noise')
  const axes = dims.map((_, i) => i + 1)
  const extreme = { keepdims: 1 } as const
  const range = op.Sub(op.ReduceMax(value, axes, extreme), op.ReduceMin(value, axes, extreme))
  const share = options.noise as number
  const moved = options.unit === 'range' ? op.Mul(op.Unsqueeze(op.Mul(range, share), [1]), noise) : op.Mul(noise, share)
  return op.Add(op.Unsqueeze(value, [1]), moved)
}

/** The moments of the gradient over `options.samples` noisy images, and what the certificate says of them. */
export async function noisyGradients(
  study: Study,
  options: Options,
  preview?: (moments: Moments) => Plane,
): Promise<{ readonly moments: Moments; readonly facts: Pick<Outcome, 'details' | 'rules'> }> {
  const { input } = study
  const asked = await imageGradient(study)
  const sigma = sigmaOf(input.data, options)
  const moments = new Moments(input.data.length)
  const samples = await asked.each(
    options.samples as number,
    (i) => {
      const normals = random(options.seed as number, i).normals(input.data.length)
      return float32(
        input.dims,
        input.data.map((value, k) => value + sigma * (normals[k] as number)),
      )
    },
    (_, { gradient }) => moments.add(gradient?.data ?? []),
    { anytime: true, ...(preview ? { preview: () => preview(moments) } : {}) },
  )
  return { moments, facts: { details: { seed: options.seed as number, samples, sigma }, rules: asked.compiled.rules } }
}
