/** Explaining any function from images to scores: nothing is asked of it but answers. */

import { FoveaError } from '../error/index.ts'
import { toOriginal } from '../image/index.ts'
import { completePreset, type InputFormat, type PresetFile, prepare } from '../models/index.ts'
import { float32, type Image, type Tensor } from '../tensor/index.ts'
import { answersOf, type Scores } from './answers.ts'
import { findMethod, methods } from './catalogue.ts'
import { type Certificate, rangeOf, statusOf } from './certificate.ts'
import type { Explanation, Request } from './explainer.ts'
import { isBlackBox } from './method.ts'
import { completeFor, type Options } from './options.ts'
import { stack } from './rows.ts'
import { type Answers, type Asked, breathe, type Inquiry, type Outcome } from './study.ts'

/**
 * Scores for each image of a batch [N, 3, H, W] (as the options say: layout, scale, mean, std; RGB from 0 to 1 if they say
 * nothing): a row of K scores an image, or one number.
 */
export type BlackBox = (images: Tensor<'float32'>) => Scores | Promise<Scores>

export interface BlackBoxOptions extends Omit<Request, 'class' | 'inputs'> {
  /** One that needs only answers; default 'rise'. */
  readonly method?: string
  readonly options?: Options
  readonly like?: string
  /** Which of the scores; default: the photograph's highest. */
  readonly class?: number
  /** [height, width] of what the function receives; default: the photograph's. */
  readonly size?: readonly [number, number]
  /** How the photograph becomes what the function receives. */
  readonly preset?: PresetFile
  /** Images a call; default 16. */
  readonly batch?: number
}

export type BlackBoxExplanation = Omit<Explanation, 'certificate'> &
  Pick<Outcome, 'details' | 'notes' | 'sums'> &
  Pick<Certificate, 'status' | 'minimum' | 'maximum' | 'score' | 'options'> & {
    readonly method: string
    readonly class: number
  }

/** `explain` of a function. */
export async function explainBlackBox(
  answer: BlackBox,
  image: Image,
  {
    method: name = 'rise',
    options: own = {},
    like,
    class: asked,
    size,
    preset,
    batch = 16,
    ...request
  }: BlackBoxOptions = {},
): Promise<BlackBoxExplanation> {
  const method = findMethod(name)
  if (!isBlackBox(method))
    throw new FoveaError(
      'FOVEA_USAGE',
      `${method.title} looks inside the model; a function can be explained by ${methods
        .filter(isBlackBox)
        .map((one) => one.name)
        .join(', ')}.`,
    )
  const options = completeFor(method, own, like)
  const format = formatOf(image, size, preset)
  const { tensor: input, placement } = prepare(image, format)
  const answers = (images: readonly Tensor<'float32'>[]) => answersOf(() => answer(stack(images, 0)), images.length)
  const [scores] = (await answers([input])) as [Float64Array]
  const chosen = asked ?? scores.indexOf(Math.max(...scores))
  if (!(chosen in scores))
    throw new FoveaError('FOVEA_CLASS', `There is no score ${chosen}: the function gives ${scores.length}, from 0.`)
  const { pictures = {}, signal, stop, budget = Number.POSITIVE_INFINITY, onProgress } = request
  const began = performance.now()
  const ask = async (images: readonly Tensor<'float32'>[]): Promise<Answers[]> =>
    (await answers(images)).map((row) => ({ score: float32([1], [row[chosen] as number]) }))
  const inquiry: Inquiry = {
    vision: { format, pixels: { name: 'image', layout: format.layout, batched: true } },
    image,
    input,
    placement,
    score: Math.fround(scores[chosen] as number),
    pictures,
    signal,
    resume: undefined,
    open: async () => asker(inquiry, ask, batch),
    prepare: async (picture) => prepare(picture, format).tensor,
    progress(done, total, preview) {
      signal?.throwIfAborted()
      onProgress?.(done, total, preview)
    },
    spent: () => stop?.aborted === true || performance.now() - began >= budget,
  }
  const { map: raw, curve: _, rules: __, box: ___, ...outcome } = await method.run(inquiry, options)
  return {
    method: method.name,
    options,
    class: chosen,
    score: scores[chosen] as number,
    scores,
    raw,
    heatmap: toOriginal(raw, placement, { filter: 'bilinear' }),
    status: statusOf(raw, method.display(options) === 'positive'),
    ...rangeOf(raw),
    ...outcome,
  }
}

function formatOf({ height, width }: Image, size: BlackBoxOptions['size'], file: PresetFile = {}): InputFormat {
  const [h, w] = size ?? [height, width]
  const preset = completePreset({ fit: 'stretch', ...file }, 'asked for')
  return { preset, layout: preset.layout ?? 'NCHW', depth: 3, height: h, width: w }
}

function asker(
  inquiry: Inquiry,
  ask: (images: readonly Tensor<'float32'>[]) => Promise<Answers[]>,
  batch: number,
): Pick<Asked, 'one' | 'each'> {
  const { input } = inquiry
  return {
    one: async (sample = input) => (await ask([sample as Tensor<'float32'>]))[0] as Answers,
    async each(count, sample, take, { anytime = false, done = 0, total = count, preview } = {}) {
      let next = 0
      while (next < count) {
        const many = Math.min(batch, count - next)
        const images = Array.from({ length: many }, (_, k) => sample(next + k) as Tensor<'float32'>)
        for (const [k, answers] of (await ask(images)).entries()) take(next + k, answers)
        next += many
        inquiry.progress(done + next, total, preview)
        await breathe()
        if (anytime && inquiry.spent()) break
      }
      return next
    },
  }
}
