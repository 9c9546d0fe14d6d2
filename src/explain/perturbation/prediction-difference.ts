/**
 * How much surer is the model for seeing this window, than for what its surroundings let one expect there?
 * M = mean over windows w of log2 odds p(c|x) - log2 odds E p(c|x, w drawn given its ring); the window from a conditional Gaussian.
 * Zintgraf, Cohen, Adel, Welling: Visualizing deep neural network decisions (2017), arXiv 1702.04595.
 * Warning: what the surroundings tell already counts as nothing, however much the model looks at it.
 */

import { FoveaError } from '../../error/index.ts'
import { float32, type Plane, random, type Tensor } from '../../tensor/index.ts'
import { uniform } from '../gradient/baseline.ts'
import { Moments } from '../gradient/moments.ts'
import { seedOption } from '../gradient/noise.ts'
import type { BlackBoxMethod } from '../method.ts'
import { type Inquiry, scalarOf } from '../study.ts'
import { drawOrder } from './draws.ts'
import { type Conditional, conditional, draw, fitGaussian, type PictureGaussian } from './gaussian.ts'
import { scoring } from './hidden.ts'
import { photographs } from './photographs.ts'
import { type Windows, windowsOf } from './windows.ts'

const whole = { min: 1, max: 16384, whole: true } as const

export const predictionDifference: BlackBoxMethod = {
  kind: 'run',
  blackBox: true,
  name: 'prediction-difference',
  title: 'Prediction difference',
  family: 'perturbation',
  question: 'How much surer is the model for seeing this window, than for what its surroundings let one expect there?',
  formula: 'log2 odds p(c|x) - log2 odds E p(c|x with w drawn given its ring)',
  reference: 'Zintgraf, Cohen, Adel, Welling 2017, arXiv:1702.04595',
  warning: 'What the surroundings tell already counts as nothing, however much the model looks at it.',
  cost: 'windows x samples + 1',
  options: {
    window: { default: 10, ...whole, describe: "the window's side in pixels of the input" },
    ring: { default: 2, ...whole, describe: 'how many pixels around the window it is drawn from' },
    stride: { default: 0, ...whole, min: 0, describe: 'from one window to the next; 0: half of the window' },
    samples: { default: 10, ...whole, describe: 'draws a window' },
    seed: { ...seedOption, describe: 'of the draws' },
    laplace: {
      default: 100_000,
      min: 1,
      max: 1e12,
      describe: 'probabilities are taken as counts of so many, one added to each class: keeps certainty finite',
    },
  },
  like: { original: { options: { stride: 1 }, note: 'its Gaussian is fitted on 20 000 patches of ImageNet' } },
  pictures: { background: 'pictures from which it learns how pixels hang together; default: four photographs' },
  at: 'image',
  display: () => 'signed',
  target: () => 'prob[class]',
  async run(study, options) {
    const { samples, seed, laplace, ring } = options as Record<'samples' | 'seed' | 'laplace' | 'ring', number>
    const { format } = study.vision
    const side = Math.min(options.window as number, format.height, format.width)
    const stride = (options.stride as number) || Math.max(1, Math.floor(side / 2))
    const windows = windowsOf(format, side, stride, true)
    const classes = Math.max(2, classesOf(study))
    const odds = (p: number) => {
      const share = (p * laplace + 1) / (laplace + classes)
      return Math.log2(share / (1 - share))
    }
    if (!(study.score >= 0 && study.score <= 1))
      throw new FoveaError(
        'FOVEA_USAGE',
        `Prediction difference compares probabilities, and the score is ${study.score}: explain one between 0 and 1.`,
      )
    const fill = await filler(study, side, ring, (i) => windows.corner(i))
    const order = drawOrder(seed, -1, windows.count)
    const windowAt = (i: number) => order[Math.floor(i / samples)] as number
    /** Of the odds of a mean, by their slope there; log2(s / (1 - s)) rises by 1 / (ln 2 s (1 - s)). */
    const varianceOf = (p: number, variance: number) => {
      const share = (p * laplace + 1) / (laplace + classes)
      const slope = laplace / (laplace + classes) / (Math.LN2 * share * (1 - share))
      return (slope ** 2 * variance) / samples
    }
    const differences = new Float64Array(windows.count).fill(Number.NaN)
    const variances = new Float64Array(windows.count).fill(Number.NaN)
    let draws = new Moments(1)
    const map = () => windows.spread(differences, false)
    const taken = await (await scoring(study)).each(
      windows.count * samples,
      (i) => fill(windowAt(i), (count) => random(seed, 1 + windowAt(i) * samples + (i % samples)).normals(count)),
      (i, { score }) => {
        if (i % samples === 0) draws = new Moments(1)
        draws.add([scalarOf(score)])
        if (i % samples < samples - 1) return
        const [p] = draws.mean as unknown as [number]
        differences[windowAt(i)] = odds(study.score) - odds(p)
        if (samples > 1) variances[windowAt(i)] = varianceOf(p, draws.variance()[0] as number)
      },
      { anytime: true, preview: map },
    )
    const done = Math.floor(taken / samples)
    return {
      map: map(),
      ...(samples > 1 ? { standardError: errorOfMean(windows, variances) } : {}),
      details: { seed, windows: done, window: side, stride, samples },
      notes: [
        ...(study.pictures.background?.length
          ? []
          : ['How pixels hang together was learnt from four photographs; --picture background=photo.jpg takes yours.']),
        ...(done < windows.count
          ? [`The budget ended after ${done} of ${windows.count} windows, drawn at random.`]
          : []),
      ],
    }
  },
}

/** A pixel is the mean of its windows, which are drawn independently; NaN where none was asked about. */
function errorOfMean(windows: Windows, variances: Float64Array): Plane {
  const times = windows.spread(
    variances.map((variance) => (Number.isNaN(variance) ? variance : 1)),
    true,
  )
  const mean = windows.spread(variances, false)
  return { ...mean, data: mean.data.map((value, i) => Math.sqrt(value / (times.data[i] as number))) }
}

const classesOf = ({ vision }: Inquiry) =>
  'head' in vision ? ((vision.head as { classes: number } | undefined)?.classes ?? 2) : 2

type Fill = (window: number, normals: (count: number) => Float64Array) => Tensor<'float32'>

/** The image with a window drawn from what surrounds it. */
async function filler(
  study: Inquiry,
  side: number,
  ring: number,
  corner: (i: number) => readonly [number, number],
): Promise<Fill> {
  const { input, vision } = study
  const { height, width } = vision.format
  const size = height * width
  const depth = input.data.length / size
  const at = (pixel: number, c: number) => (vision.pixels.layout === 'NCHW' ? c * size + pixel : pixel * depth + c)
  const [black, white] = [await study.prepare(uniform(study.image, 0)), await study.prepare(uniform(study.image, 255))]
  const low = (c: number) => black.data[at(0, c)] as number
  const range = (c: number) => (white.data[at(0, c)] as number) - low(c)
  const levels = ({ data }: Tensor<'float32'>, c: number) =>
    Float64Array.from({ length: size }, (_, pixel) => ((data[at(pixel, c)] as number) - low(c)) / range(c))
  const reach = side + 2 * ring
  const given = await Promise.all((study.pictures.background ?? []).map((picture) => study.prepare(picture)))
  const planes = given.flatMap((one) =>
    Array.from({ length: depth }, (_, c) => ({ width, height, data: levels(one, c) })),
  )
  const gaussian: PictureGaussian = planes.length > 0 ? fitGaussian(planes, reach) : photographs
  if (reach > gaussian.reach)
    throw new FoveaError(
      'FOVEA_USAGE',
      `A window of ${side} with its ring of ${ring} spans ${reach} pixels, and the Gaussian that Fovea brings reaches ${gaussian.reach}: take a smaller window, or give pictures to learn from (--picture background=photo.jpg).`,
    )
  const own = Array.from({ length: depth }, (_, c) => levels(input, c))
  const known = new Map<
    string,
    { readonly law: Conditional; readonly ringPlaces: readonly (readonly [number, number])[] }
  >()
  const around = (top: number, left: number) => {
    const edge = (start: number, length: number) =>
      [Math.min(ring, start), Math.min(ring, length - start - side)] as const
    const [above, below] = edge(top, height)
    const [before, after] = edge(left, width)
    const key = [above, below, before, after].join()
    const found = known.get(key)
    if (found) return found
    const inside: (readonly [number, number])[] = []
    const ringPlaces: (readonly [number, number])[] = []
    for (let y = -above; y < side + below; y++)
      for (let x = -before; x < side + after; x++)
        (y >= 0 && y < side && x >= 0 && x < side ? inside : ringPlaces).push([y, x])
    const made = { law: conditional(gaussian, inside, ringPlaces), ringPlaces }
    known.set(key, made)
    return made
  }
  return (window, normals) => {
    const [top, left] = corner(window)
    const { law, ringPlaces } = around(top, left)
    const data = input.data.slice()
    const all = normals(depth * side * side)
    own.forEach((plane, c) => {
      const seen = ringPlaces.map(([y, x]) => plane[(top + y) * width + left + x] as number)
      const drawn = draw(gaussian, law, seen, all.subarray(c * side * side, (c + 1) * side * side))
      drawn.forEach((level, i) => {
        const pixel = (top + Math.floor(i / side)) * width + left + (i % side)
        data[at(pixel, c)] = low(c) + range(c) * level
      })
    })
    return float32(input.dims, data)
  }
}
