/**
 * By how much does the score fall when a window of the image is covered?
 * M(x, y) = mean over the windows that cover (x, y) of f(x) - f(x with the window at the baseline); positive speaks for the class.
 * Zeiler, Fergus: Visualizing and understanding convolutional networks (2013), arXiv 1311.2901.
 * Warning: a window smaller than what it should cover leaves the evidence in sight; the stand-in is a picture of its own.
 */

import type { BlackBoxMethod } from '../method.ts'
import { type Place, scalarOf } from '../study.ts'
import { drawOrder } from './draws.ts'
import { hiddenIn, hiddenOptions, hiddenPictures, scoring } from './hidden.ts'
import { incremental } from './incremental/occluded.ts'
import { windowsOf } from './windows.ts'

const whole = { min: 0, max: 16384, whole: true } as const

export const occlusion: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'occlusion',
  title: 'Occlusion',
  family: 'perturbation',
  question: 'By how much does the score fall when a window of the image is covered?',
  formula: 'mean over windows W that cover the pixel of f(x) - f(x with W hidden)',
  reference: 'Zeiler, Fergus 2013, arXiv:1311.2901',
  warning: 'A window smaller than the evidence hides too little; what stands in for it is a picture, too.',
  cost: 'windows + 1',
  options: {
    window: { default: 0, ...whole, describe: "the window's side in pixels of the input; 0: a seventh of the input" },
    stride: { default: 0, ...whole, describe: 'from one window to the next; 0: a quarter of the window' },
    spread: {
      default: 'average',
      choices: ['average', 'sum'],
      describe: 'a pixel gets the mean of what its windows say, or the sum, which favours the middle',
    },
    positive: {
      default: 'fall',
      choices: ['fall', 'rise'],
      describe: 'what counts as positive: that hiding lowers the score (evidence for), or that it raises it',
    },
    recompute: {
      default: 'reached',
      choices: ['reached', 'all'],
      describe:
        'of each window: what it reaches in convolutional models (the same numbers, sooner), or the whole model',
    },
    ...hiddenOptions,
  },
  like: {
    captum: { options: { baseline: 'mean', spread: 'average' }, note: 'give its window and stride' },
    xplique: { options: { baseline: 'mean', spread: 'sum', window: 3, stride: 3 } },
    saliency: { options: { baseline: 'mean', spread: 'sum', window: 15, stride: 1 } },
    kazuto1011: {
      options: { baseline: 'mean', window: 35, stride: 1, positive: 'rise' },
      note: 'the opposite sign; it has one number a window, at its middle',
    },
  },
  pictures: hiddenPictures,
  at: 'image',
  display: () => 'signed',
  async run(study, options) {
    const { format } = study.vision
    const hidden = await hiddenIn(study, options)
    const windows = windowsOf(format, options.window as number, options.stride as number)
    const falls = new Float64Array(windows.count).fill(Number.NaN)
    const shown = new Float32Array(format.height * format.width)
    const order = drawOrder(0, 0, windows.count)
    const windowAt = (i: number) => order[i] as number
    const covered = (window: number, place?: Place) => {
      shown.fill(1)
      windows.cover(shown, window, 0)
      return hidden.partly(shown, place)
    }
    const sign = options.positive === 'fall' ? 1 : -1
    const take = (i: number, score: number) => {
      falls[windowAt(i)] = sign * (study.score - score)
    }
    const map = () => windows.spread(falls, options.spread === 'sum')
    const each = { anytime: true, preview: map }
    const local = options.recompute === 'all' ? undefined : await incremental(study, windows, covered)
    const taken = local
      ? await local.each(windows.count, windowAt, take, each)
      : await (await scoring(study)).each(
          windows.count,
          (i, place) => covered(windowAt(i), place),
          (i, { score }) => take(i, scalarOf(score)),
          each,
        )
    return {
      map: map(),
      details: {
        windows: taken,
        window: windows.side,
        stride: windows.stride,
        recomputed: local ? `${Math.ceil(100 * local.plan.share)} %` : 'all',
      },
      notes:
        taken < windows.count ? [`The budget ended after ${taken} of ${windows.count} windows, drawn at random.`] : [],
    }
  },
}
