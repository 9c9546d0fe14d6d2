/**
 * What is the smallest part whose hiding takes the class away (deletion), or whose showing is enough for it (preservation)?
 * deletion: min over m of l1 |1 - m| + tv TV(m) + p(m x + (1 - m) b); the map is 1 - m.
 * preservation: min over m of l1 |m| + tv TV(m) - p(m x + (1 - m) b); the map is m.
 * Fong, Vedaldi: Interpretable explanations of black boxes by meaningful perturbation (2017), arXiv 1704.03296.
 * Warning: one of many masks that do it; the optimisation may find what fools the model, not what it looked at.
 */

import { gaussian } from '../../image/index.ts'
import { adam, type Optimiser, rmsProp, sgd } from '../../optimize/index.ts'
import { random } from '../../tensor/index.ts'
import type { RunMethod } from '../method.ts'
import type { Options } from '../options.ts'
import { after, back, cornerToCorner, forth, type Separable, smoothed } from './band.ts'
import { optimise, toleranceOption } from './optimise.ts'
import { type Average, size, totalVariation } from './penalties.ts'
import { openStage, type Stage } from './stage.ts'
import { substitute, substituteOptions } from './substitute.ts'

const optimisers: Readonly<Record<string, (rate: number) => Optimiser>> = {
  adam: (rate) => adam({ rate }),
  sgd: (rate) => sgd({ rate }),
  rmsprop: (rate) => rmsProp({ rate }),
}

export const meaningfulPerturbation: RunMethod = {
  kind: 'run',
  name: 'meaningful-perturbation',
  title: 'Meaningful perturbation',
  family: 'mask',
  question: 'What is the smallest part whose hiding takes the class away?',
  formula: 'min_m l1 |1 - m| + tv TV(m) + p(m x + (1 - m) b)',
  reference: 'Fong, Vedaldi 2017, arXiv:1704.03296',
  warning: 'One of many masks that do it; it may find what fools the model, not what the model looked at.',
  cost: 'steps x 2',
  options: {
    game: {
      default: 'deletion',
      choices: ['deletion', 'preservation'],
      describe: 'hide as little as takes the class away, or show as little as is enough for it',
    },
    ...substituteOptions,
    grid: { default: 28, min: 1, max: 1000, whole: true, describe: 'cells of the mask along each side' },
    steps: { default: 300, min: 1, max: 100_000, whole: true, describe: 'of the optimiser' },
    optimiser: { default: 'adam', choices: Object.keys(optimisers), describe: 'which steps it makes' },
    rate: { default: 0.1, min: 0, max: 1000, describe: 'the learning rate' },
    l1: { default: 5e-4, min: 0, max: 1e6, describe: 'weight of the size of the part' },
    tv: { default: 1e-2, min: 0, max: 1e6, describe: 'weight of the total variation' },
    beta: { default: 3, min: 1, max: 10, describe: 'power of the differences in the total variation' },
    average: {
      default: 'sum',
      choices: ['mean', 'sum'],
      describe:
        'whether size and variation are sums over the cells or means: of means, hiding everything costs next to nothing',
    },
    soften: { default: 5, min: 0, max: 1000, describe: "blur of the enlarged mask: sigma in the image's pixels" },
    jitter: {
      default: 0,
      min: 0,
      max: 1000,
      whole: true,
      describe: 'each step sees the image moved by up to so many pixels; not at a layer',
    },
    ...toleranceOption,
  },
  like: {
    paper: {
      options: { average: 'sum', l1: 1e-4, perturbation: 'gaussian', soften: 5, jitter: 4 },
      note: 'weights on the sums, a blur of sigma 10, a mask blurred by sigma 5 and the jitter are recalled from the paper, not checked against it',
    },
    'explain-black-box': {
      options: { game: 'deletion', perturbation: 'blur', average: 'mean', l1: 1e-4, jitter: 0, soften: 0 },
      note: 'it blurs in 8-bit colours and divides the map it shows by its largest value',
    },
  },
  at: 'either',
  usual: 'prob[class]',
  resumes: true,
  display: () => 'positive',
  async run(study, options) {
    const deletion = options.game === 'deletion'
    const stage = await openStage(study, [substitute(study, options), study.input])
    const side = options.grid as number
    const [width, height] = [Math.min(side, stage.width), Math.min(side, stage.height)]
    const enlarge = enlargement(width, height, stage, options.soften as number)
    const rest = deletion ? 1 : 0
    const views = study.layer ? () => undefined : jittered(stage, options)
    const outcome = await optimise(
      study,
      [
        {
          start: new Float64Array(width * height).fill(rest),
          judge: async (mask, step) => {
            const answer = await stage.judge(forth(enlarge, mask), views(step))
            const average = options.average as Average
            const parts = [
              [deletion ? 1 : -1, { loss: answer.score, gradient: back(enlarge, answer.gradient) }],
              [options.l1 as number, size(mask, rest, average)],
              [options.tv as number, totalVariation(mask, width, options.beta as number, average)],
            ] as const
            return {
              loss: parts.reduce((sum, [weight, { loss }]) => sum + weight * loss, 0),
              gradient: mask.map((_, i) =>
                parts.reduce((sum, [weight, { gradient }]) => sum + weight * (gradient[i] as number), 0),
              ),
            }
          },
        },
      ],
      {
        options,
        stage,
        optimiser: () =>
          (optimisers[options.optimiser as string] as (rate: number) => Optimiser)(options.rate as number),
        map: ([mask]) => ({
          width: stage.width,
          height: stage.height,
          data: Float32Array.from(forth(enlarge, mask as Float64Array), (value) => Math.abs(value - rest)),
        }),
      },
    )
    const mask = outcome.state[0]?.parameters as Float64Array
    const { score } = await stage.judge(forth(enlarge, mask))
    const random = options.perturbation === 'noise' || (options.jitter as number) > 0
    return {
      ...outcome,
      details: { ...outcome.details, ...(random ? { seed: options.seed as number } : {}), 'masked score': score },
    }
  },
}

/** Corner to corner, then blurred. */
function enlargement(width: number, height: number, to: Stage, sigma: number): Separable {
  const axis = (from: number, size: number) => {
    const larger = cornerToCorner(from, size)
    return sigma > 0 ? after(smoothed(size, gaussian(sigma)), larger) : larger
  }
  return { down: axis(height, to.height), across: axis(width, to.width) }
}

/** The image moved by whole pixels, anew in each step; its edge pixels fill the gap. */
function jittered({ width, height }: Stage, { jitter, seed }: Options): (step: number) => Int32Array | undefined {
  const most = jitter as number
  if (most === 0) return () => undefined
  return (step) => {
    const draws = random(seed as number, step)
    const [dx, dy] = [0, 1].map((i) => Math.floor((2 * most + 1) * draws.uniform(i)) - most) as [number, number]
    return Int32Array.from({ length: width * height }, (_, i) => {
      const x = Math.min(Math.max((i % width) + dx, 0), width - 1)
      const y = Math.min(Math.max(Math.floor(i / width) + dy, 0), height - 1)
      return y * width + x
    })
  }
}
