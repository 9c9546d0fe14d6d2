/** The straight path from a baseline to the image, walked in batches. */

import type { Value } from '../../onnx/index.ts'
import { float32, type Tensor } from '../../tensor/index.ts'
import type { Images } from '../method.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Answers, Asked, Outcome, Study } from '../study.ts'
import { scalarOf } from '../study.ts'
import { baselineOptions, baselinesOf } from './baseline.ts'
import { addBaseline } from './baseline-nodes.ts'
import { type Quadrature, quadrature, quadratures } from './quadrature.ts'

type Picture = Tensor<'float32'>

export const pathOptions = {
  steps: { default: 50, min: 1, max: 10_000, whole: true, describe: 'points on the path' },
  quadrature: {
    default: 'gauss-legendre',
    choices: quadratures,
    describe: 'how the integral is made of the points; linspace: the plain mean over points from end to end',
  },
  ...baselineOptions,
} as const satisfies OptionSchema

const zero = 'its baseline is 0 in the values that the model receives, which is the mean colour'

export const pathPeers = {
  captum: { options: { quadrature: 'gauss-legendre', steps: 50, baseline: 'mean' }, note: zero },
  xplique: { options: { quadrature: 'trapezoid', steps: 50, baseline: 'mean' }, note: zero },
  saliency: { options: { quadrature: 'linspace', steps: 25, baseline: 'mean' }, note: zero },
  zennit: { options: { quadrature: 'right', steps: 20, baseline: 'mean' }, note: zero },
}

/** start + share (end - start) */
export const between = (start: Picture, end: Picture, share: number): Picture =>
  float32(
    end.dims,
    end.data.map((value, k) => {
      const from = start.data[k] as number
      return from + share * (value - from)
    }),
  )

/** The path as nodes: the images [N, …] to [N, points, …]. */
export function addPath(images: Images, options: Options): Value {
  const { op, builder, value } = images
  const { at } = quadrature(options.quadrature as Quadrature, options.steps as number)
  const start = op.Unsqueeze(addBaseline(images, options), [1])
  const shares = builder.constant(float32([1, at.length, 1, 1, 1], Float32Array.from(at)), 'shares')
  return op.Add(start, op.Mul(shares, op.Sub(op.Unsqueeze(value, [1]), start)))
}

/** What `walk` integrates, in nodes: the gradients [N, points, …] to (x - b) . their weighted sum, [N, …]. */
export function integrate(images: Images, gradient: Value, options: Options): Value {
  const { op, builder, value } = images
  const { weights } = quadrature(options.quadrature as Quadrature, options.steps as number)
  const shares = builder.constant(float32([1, weights.length, 1, 1, 1], Float32Array.from(weights)), 'weights')
  const mean = op.ReduceSum(op.Mul(shares, gradient), [1], { keepdims: 0 })
  return op.Mul(op.Sub(value, addBaseline(images, options)), mean)
}

export interface Walk {
  /** The mean of S(image) - S(baseline): what the parts of a complete method add up to. */
  readonly promised: number
  readonly facts: Pick<Outcome, 'details' | 'rules'>
}

/**
 * Asks along the path from each baseline to the image.
 * @param take is told the answers at a point, its weight in the mean of the integrals, and the path's baseline
 */
export async function walk(
  study: Study,
  asked: Asked,
  options: Options,
  take: (answers: Answers, weight: number, baseline: Picture) => void,
): Promise<Walk> {
  const { input } = study
  const starts = await baselinesOf(study, options)
  const { at, weights } = quadrature(options.quadrature as Quadrature, options.steps as number)
  const steps = at.length
  const start = (i: number) => starts[Math.floor(i / steps)] as Picture
  await asked.each(
    starts.length * steps,
    (i) => between(start(i), input, at[i % steps] as number),
    (i, answers) => take(answers, (weights[i % steps] as number) / starts.length, start(i)),
  )
  return {
    promised: await gain(study, asked, starts),
    facts: { details: factsOf(options, starts), rules: asked.compiled.rules },
  }
}

/** S(image) - the mean of S(baseline), each as often as it was used. */
export async function gain(
  study: Study,
  asked: Asked,
  starts: readonly Picture[],
  times: readonly number[] = starts.map(() => 1),
): Promise<number> {
  const all = times.reduce((a, b) => a + b)
  let before = 0
  for (const [i, start] of starts.entries()) {
    const share = (times[i] as number) / all
    if (share > 0) before += share * scalarOf((await asked.one(start)).score)
  }
  return study.score - before
}

/** What the certificate says beside the options. */
const factsOf = ({ baseline, seed }: Options, starts: readonly Picture[]) => ({
  ...(baseline === 'image' ? { baselines: starts.length } : {}),
  ...(baseline === 'noise' ? { seed: seed as number } : {}),
})
