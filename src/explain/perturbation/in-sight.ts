/** What RISE and D-RISE share: the mean of random masks, each weighed by what the model answers for what it leaves in sight. */

import { seedOption } from '../gradient/noise.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Answers, Asked, Inquiry, Outcome } from '../study.ts'
import { gridMasks, type MaskOptions, maskOptions } from './grid-masks.ts'
import { hiddenIn, hiddenOptions } from './hidden.ts'
import { MaskMoments } from './mask-moments.ts'

export const sightOptions = {
  samples: { default: 6000, min: 1, max: 1_000_000, whole: true, describe: 'how many masks' },
  ...maskOptions,
  divide: {
    default: 'probability',
    choices: ['probability', 'coverage', 'nothing'],
    describe: 'by p, by how often each pixel was in sight, or not at all',
  },
  centre: {
    default: true,
    describe: 'compare with the mean score: what does nothing gets 0, not the mean score as in the paper',
  },
  seed: { ...seedOption, describe: 'of the masks' },
  ...hiddenOptions,
} as const satisfies OptionSchema

export interface Question {
  readonly asked: Pick<Asked, 'each'>
  /** What one masked image is worth. */
  readonly worth: (answers: Answers) => number
  /** What the image itself is worth. */
  readonly whole: number
}

/** sum_n (f(x . m_n) - mean f) m_n / (N p), with its standard error. */
export async function inSight(study: Inquiry, options: Options, { asked, worth, whole }: Question): Promise<Outcome> {
  const { format } = study.vision
  const { width, height } = format
  const { keep, seed, samples } = options as { keep: number; seed: number; samples: number }
  const masks = gridMasks(format, options as unknown as MaskOptions)
  const count = options.enumerate ? masks.all : samples
  const hidden = await hiddenIn(study, options)
  const moments = new MaskMoments(width * height)
  const kept = new Map<number, Float32Array>()
  const spare: Float32Array[] = []
  const centred = options.centre as boolean
  // Against the score itself, so that rounding does not look like evidence.
  const origin = centred ? whole : 0
  const plane = (values: Float64Array) => {
    const sight = options.divide === 'coverage' ? moments.sight : undefined
    const share = (i: number) => sight?.[i] ?? (options.divide === 'probability' ? keep : 1)
    return { width, height, data: Float32Array.from(values, (value, i) => (share(i) > 0 ? value / share(i) : 0)) }
  }
  const taken = await asked.each(
    count,
    (i, place) => {
      const mask = options.enumerate ? masks.numbered(i, spare.pop()) : masks.drawn(seed, i, spare.pop())
      kept.set(i, mask)
      return hidden.partly(mask, place)
    },
    (i, answers) => {
      const weight = options.enumerate ? count * masks.probability(i) : 1
      const mask = kept.get(i) as Float32Array
      moments.add(worth(answers) - origin, mask, weight)
      kept.delete(i)
      spare.push(mask)
    },
    { anytime: true, preview: () => plane(moments.products(centred)) },
  )
  const map = plane(moments.products(centred))
  const details = { seed, masks: taken, cells: options.cells as number, p: keep }
  if (options.enumerate || taken < 2) return { map, details }
  return { map, standardError: plane(moments.errors(centred)), details }
}
