/** Where a path to the image begins: a picture without information, in the values that the model receives. */

import { FoveaError } from '../../error/index.ts'
import { blur } from '../../image/index.ts'
import { float32, type Image, random, type Tensor } from '../../tensor/index.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Inquiry } from '../study.ts'
import { seedOption } from './noise.ts'

type Picture = Tensor<'float32'>

export const baselineOptions = {
  baseline: {
    default: 'black',
    choices: ['black', 'mean', 'blurred', 'noise', 'image'],
    describe:
      'where the path begins: black pixels; mean (0 in normalised values); the image blurred; uniform noise; image: the given pictures, averaged over',
  },
  blur: {
    default: 10,
    min: 0,
    max: 1000,
    describe: "the blurred baseline's standard deviation in pixels of the input",
  },
  seed: { ...seedOption, describe: 'of the baseline of noise' },
} as const satisfies OptionSchema

export const baselinePictures = { baseline: 'where the path begins; several are averaged over (with baseline: image)' }

/** One baseline; of several given pictures each. @throws FoveaError FOVEA_USAGE when the option and the pictures disagree */
export async function baselinesOf(study: Inquiry, options: Options): Promise<readonly Picture[]> {
  const given = study.pictures.baseline ?? []
  if (options.baseline === 'image') {
    if (given.length > 0) return Promise.all(given.map((picture) => study.prepare(picture)))
    throw new FoveaError(
      'FOVEA_USAGE',
      'The baseline is to be an image, and none was given: give one (--picture baseline=grey.png, or pictures: { baseline: [image] }).',
    )
  }
  if (given.length > 0)
    throw new FoveaError(
      'FOVEA_USAGE',
      `A picture was given as the baseline, but the option 'baseline' is ${options.baseline}: say baseline: image (--baseline image).`,
    )
  const { vision, input } = study
  if (options.baseline === 'blurred') return [blurred(vision, input, options.blur as number)]
  const extreme = (level: number) => study.prepare(uniform(study.image, level))
  return [fixedBaseline(options, input, await extreme(0), options.baseline === 'noise' ? await extreme(255) : input)]
}

/** The baselines that do not depend on the image: black, the mean colour, uniform noise between black and white. */
export function fixedBaseline({ baseline, seed }: Options, like: Picture, black: Picture, white: Picture): Picture {
  if (baseline === 'black') return black
  if (baseline === 'mean') return float32(like.dims, new Float32Array(like.data.length))
  const draws = random(seed as number).uniforms(black.data.length)
  return float32(
    black.dims,
    black.data.map((low, i) => low + ((white.data[i] as number) - low) * (draws[i] as number)),
  )
}

export const uniform = ({ width, height }: Pick<Image, 'width' | 'height'>, level: number): Image => ({
  width,
  height,
  data: new Uint8Array(3 * width * height).fill(level),
})

/** Each colour blurred by itself; normalisation is one line a colour, so this is the blurred picture, without rounding. */
function blurred(vision: Inquiry['vision'], input: Picture, sigma: number): Picture {
  const [soft] = mapColours(vision, input.data, (plane, width, height) => [
    blur({ width, height, data: plane }, sigma).data,
  ])
  return float32(input.dims, soft as Float32Array)
}

/** Pictures made of one, colour by colour: what `change` makes of each colour's plane. */
export function mapColours(
  { format, pixels }: Inquiry['vision'],
  data: Float32Array,
  change: (plane: Float32Array, width: number, height: number) => readonly ArrayLike<number>[],
): Float32Array[] {
  const { width, height } = format
  const size = width * height
  const depth = data.length / size
  const made: Float32Array[] = []
  for (let c = 0; c < depth; c++) {
    const place = (i: number) => (pixels.layout === 'NCHW' ? c * size + i : i * depth + c)
    const plane = Float32Array.from({ length: size }, (_, i) => data[place(i)] as number)
    for (const [k, changed] of change(plane, width, height).entries()) {
      made[k] ??= new Float32Array(data.length)
      const out = made[k]
      for (let i = 0; i < size; i++) out[place(i)] = changed[i] as number
    }
  }
  return made
}
