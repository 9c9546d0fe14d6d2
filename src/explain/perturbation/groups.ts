/** The image cut into groups of pixels that are hidden together: superpixels, or a grid; as a game, they are the players. */

import { FoveaError } from '../../error/index.ts'
import { felzenszwalb, membersOf, type Segments, slic } from '../../image/index.ts'
import { picture } from '../../models/index.ts'
import type { Plane, Tensor } from '../../tensor/index.ts'
import type { OptionSchema, Options } from '../options.ts'
import { type Asked, type Inquiry, type Place, scalarOf } from '../study.ts'
import { hiddenIn, hiddenOptions, scoring } from './hidden.ts'

export const groupOptions = {
  groups: {
    default: 'slic',
    choices: ['slic', 'felzenszwalb', 'grid'],
    describe: 'superpixels of about equal size, regions of any size, or squares',
  },
  segments: {
    default: 50,
    min: 1,
    max: 4096,
    whole: true,
    describe: 'about how many groups; of felzenszwalb the most that a region may be is left to the picture',
  },
  ...hiddenOptions,
} as const satisfies OptionSchema

/** What is cut is what the model receives, as a picture. */
export function groupsOf({ input, vision: { format } }: Inquiry, { groups, segments }: Options): Segments {
  const { width, height } = format
  const many = Math.min(segments as number, width * height)
  if (groups === 'grid') return squares(width, height, many)
  const image = picture(input, format)
  if (groups === 'slic') return slic(image, { segments: many })
  // Regions of less than a quarter of the usual size join a neighbour.
  return felzenszwalb(image, { least: Math.ceil((width * height) / many / 4) })
}

/** About `many` cells, as square as the sides allow; the same number of pixels a cell but for rounding. */
function squares(width: number, height: number, many: number): Segments {
  const columns = Math.min(width, Math.max(1, Math.round(Math.sqrt((many * width) / height))))
  const rows = Math.min(height, Math.max(1, Math.round(many / columns)))
  const labels = Int32Array.from(
    { length: width * height },
    (_, i) =>
      columns * Math.floor((Math.floor(i / width) * rows) / height) + Math.floor(((i % width) * columns) / width),
  )
  return { width, height, count: columns * rows, labels }
}

export interface Game {
  readonly players: number
  readonly segments: Segments
  /** The score of the image with everybody, and with nobody. */
  readonly full: number
  readonly empty: number
  readonly asked: Pick<Asked, 'one' | 'each'>
  /** The image with only some of the players in sight. @param place where to draw it */
  show(present: (player: number) => boolean | number, place?: Place): Tensor<'float32'>
  /** One number a player on each of its pixels. */
  map(values: ArrayLike<number>): Plane
}

/** @throws FoveaError FOVEA_IMAGE for a picture that cannot be cut */
export async function gameOf(study: Inquiry, options: Options): Promise<Game> {
  const segments = groupsOf(study, options)
  const { count: players, labels, width, height } = segments
  if (players < 2)
    throw new FoveaError(
      'FOVEA_IMAGE',
      `The picture is one region by '${options.groups}': nothing can be compared. Take groups: slic or grid.`,
    )
  const hidden = await hiddenIn(study, options)
  const asked = await scoring(study)
  const { score } = await asked.one(hidden.baseline)
  const shown = new Float32Array(labels.length)
  return {
    players,
    segments,
    full: study.score,
    empty: scalarOf(score),
    asked,
    show(present, place) {
      const shares = Float32Array.from({ length: players }, (_, k) => Number(present(k)))
      for (let i = 0; i < shown.length; i++) shown[i] = shares[labels[i] as number] as number
      return hidden.partly(shown, place)
    },
    map: (values) => ({ width, height, data: Float32Array.from(labels, (k) => values[k] as number) }),
  }
}

export const sizesOf = (segments: Segments): number[] => membersOf(segments).map((members) => members.length)
