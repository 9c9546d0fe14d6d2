/**
 * Of all smooth masks of a given area, which keeps the score highest (preservation), or lowers it most when hidden (deletion)?
 * max over m of S(m x) - w_t mean((sort(m) - r_a)^2), w_t = penalty * growth^t; hidden pixels are blurred, the more the lower m.
 * The map is m, added over the areas.
 * Fong, Patrick, Vedaldi: Understanding deep networks via extremal perturbations and smooth masks (2019), arXiv 1910.08485.
 * Warning: a mask of the chosen area always comes out, also where the evidence is smaller or larger.
 */

import { gaussian } from '../../image/index.ts'
import { sgd } from '../../optimize/index.ts'
import { float32, type Tensor } from '../../tensor/index.ts'
import { mapColours } from '../gradient/baseline.ts'
import type { RunMethod } from '../method.ts'
import type { Options } from '../options.ts'
import type { Study } from '../study.ts'
import { areasOf } from './areas.ts'
import { back, faded, forth, smoothed } from './band.ts'
import { optimise, type Task, toleranceOption } from './optimise.ts'
import { areaPenalty } from './penalties.ts'
import { cornerMask, smoothMask } from './smooth-mask.ts'
import { openStage, type Stage } from './stage.ts'

export const extremalPerturbation: RunMethod = {
  kind: 'run',
  name: 'extremal-perturbation',
  title: 'Extremal perturbation',
  family: 'mask',
  question: 'Which part of a given area is best for the class?',
  formula: 'max_m S(m x) - 300 . 1.0035^t mean (sort(m) - r_a)^2',
  reference: 'Fong, Patrick, Vedaldi 2019, arXiv:1910.08485',
  warning: 'A mask of the chosen area always comes out, whether the evidence is smaller or larger.',
  cost: 'areas x steps x 2',
  options: {
    game: {
      default: 'preservation',
      choices: ['preservation', 'deletion'],
      describe: 'show the part that raises the score most, or hide the one that lowers it most',
    },
    areas: {
      default: '0.1',
      describe: 'shares of the mask with its margin, with commas; the masks are added',
    },
    steps: { default: 800, min: 1, max: 100_000, whole: true, describe: 'of the optimiser, for each area' },
    rate: { default: 0.01, min: 0, max: 1000, describe: 'the learning rate (momentum and dampening are 0.9)' },
    penalty: { default: 300, min: 0, max: 1e9, describe: "weight of the area's error in the first step" },
    growth: { default: 1.0035, min: 1, max: 2, describe: 'by which that weight is multiplied in each step' },
    step: { default: 7, min: 1, max: 1000, describe: 'pixels from cell to cell, at an input of 224' },
    sigma: { default: 21, min: 1, max: 1000, describe: "a cell's reach in pixels, at an input of 224" },
    blur: { default: 20, min: 0, max: 1000, describe: 'sigma that hides fully, in pixels at an input of 224' },
    border: {
      default: 'edge',
      choices: ['edge', 'zero'],
      describe: "what the blur sees beyond the picture: its edge, or zero in the model's own values",
    },
    levels: { default: 8, min: 2, max: 50, whole: true, describe: 'steps from hidden to shown' },
    lattice: {
      default: 'centred',
      choices: ['centred', 'corner'],
      describe:
        "cells centred on the picture, each point pooling a disc of them; or cells from the first pixel on, each pixel pooling a square, as TorchRay's; at a layer centred",
    },
    start: {
      default: 'picture',
      choices: ['picture', 'full'],
      describe: 'whether both games begin with the whole picture in sight, or with a mask of ones',
    },
    flip: { default: true, describe: 'every second step sees the mirrored image; not at a layer' },
    smooth: {
      default: 0,
      min: 0,
      max: 1,
      describe: "blur of the map, as a share of its shorter side; TorchRay's pointing: 0.09",
    },
    ...toleranceOption,
  },
  like: {
    torchray: {
      options: { steps: 799, lattice: 'corner', border: 'zero', start: 'full' },
      note: 'it shows the mask before its last step; its pixels are those of the input, also where that is not 224 high; of equal values the one that its sort puts last gets the area, here they share it',
    },
  },
  at: 'either',
  resumes: true,
  display: () => 'positive',
  async run(study, options) {
    const areas = areasOf(options.areas as string)
    const { step, sigma, lattice } = options as { step: number; sigma: number; lattice: string }
    const stage = await openStage(study, blurred(study, options))
    const corner = lattice === 'corner' && !study.layer
    const mask = corner ? cornerMask(study, step, sigma) : smoothMask(study, stage, step, sigma)
    const keeps = options.game === 'preservation'
    const mirror = options.flip && !study.layer ? mirrored(stage) : undefined
    /** What the game shows of a mask: the mask, or the rest. */
    const shown = (points: Float64Array) => {
      const values = forth(mask.picture, points)
      return keeps ? values : values.map((value) => 1 - value)
    }
    const tasks = areas.map(
      (area): Task => ({
        start: new Float64Array(mask.pool.cells).fill(keeps || options.start === 'full' ? 1 : 0),
        judge: async (cells, step) => {
          const points = mask.pool.forth(cells)
          const { score, gradient } = await stage.judge(shown(points), step % 2 === 0 ? mirror : undefined)
          const penalty = areaPenalty(points, area)
          const weight = (options.penalty as number) * (options.growth as number) ** step
          const rise = back(mask.picture, gradient)
          return {
            loss: weight * penalty.loss + (keeps ? -score : score),
            // Less of the rest is more of the mask: in both games the slope of the loss is minus that of the score.
            gradient: mask.pool.back(rise.map((slope, i) => weight * (penalty.gradient[i] as number) - slope)),
          }
        },
      }),
    )
    const radius = (options.smooth as number) * Math.min(stage.width, stage.height)
    const outcome = await optimise(study, tasks, {
      options,
      stage,
      optimiser: () => sgd({ rate: options.rate as number, momentum: 0.9, dampening: 0.9 }),
      map: (masks) => {
        const sum = new Float64Array(stage.width * stage.height)
        for (const cells of masks)
          forth(mask.picture, mask.pool.forth(cells)).forEach((value, i) => {
            sum[i] = (sum[i] as number) + value
          })
        return { width: stage.width, height: stage.height, data: Float32Array.from(softened(sum, stage, radius)) }
      },
    })
    const found: Record<string, number> = {}
    for (const [i, { parameters }] of outcome.state.entries()) {
      const points = mask.pool.forth(parameters)
      const { score } = await stage.judge(shown(points))
      const word = areas.length > 1 ? ` ${areas[i]}` : ''
      found[`area${word}`] = points.reduce((sum, value) => sum + value, 0) / points.length
      found[`masked score${word}`] = score
    }
    return { ...outcome, details: { ...outcome.details, ...found } }
  },
}

/** The image under blurs of equally spaced sigmas, the softest first, itself last. */
function blurred({ vision, input }: Study, options: Options): Tensor<'float32'>[] {
  const { levels, blur, border } = options as { levels: number; blur: number; border: string }
  const beyond = border === 'zero' ? faded : smoothed
  const most = (blur * Math.min(vision.format.height, vision.format.width)) / 224
  const softer = mapColours(vision, input.data, (plane, width, height) =>
    Array.from({ length: levels - 1 }, (_, i) => {
      const kernel = gaussian(Math.max(1e-3, most * (1 - i / (levels - 1))))
      return forth({ down: beyond(height, kernel), across: beyond(width, kernel) }, plane)
    }),
  )
  return [...softer.map((data) => float32(input.dims, data)), input]
}

const mirrored = ({ width, height }: Stage) =>
  Int32Array.from({ length: width * height }, (_, i) => i - (i % width) + (width - 1 - (i % width)))

function softened(map: Float64Array, { width, height }: Stage, sigma: number): Float64Array {
  if (sigma === 0) return map
  const kernel = gaussian(sigma)
  return forth({ down: smoothed(height, kernel), across: smoothed(width, kernel) }, map)
}
