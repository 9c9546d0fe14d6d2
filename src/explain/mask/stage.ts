/**
 * Where a mask lies: the positions of the image, or those of a layer the user named. A mask's value at a position chooses between
 * versions of what lies there, from the most hidden one (0) to the image's own (1), linear between neighbours.
 */

import { float32, type Tensor } from '../../tensor/index.ts'
import { arranged } from '../cam/cells.ts'
import { imageGradient } from '../gradient/programs.ts'
import { type Asked, breathe, type Study, scalarOf } from '../study.ts'

type Picture = Tensor<'float32'>

export interface Stage {
  readonly width: number
  readonly height: number
  /** Whether the score has changed with the mask at all, so far. */
  readonly moved: boolean
  readonly asked: Asked
  /**
   * The target's value under a mask [height, width], and its derivative for each position.
   * @param view which position is seen in the place of each; default: each in its own
   */
  judge(mask: Float64Array, view?: Int32Array): Promise<{ readonly score: number; readonly gradient: Float64Array }>
}

/** @param pictures from the most hidden one to the image itself; at a layer, what it holds for these pictures is mixed */
export async function openStage(study: Study, pictures: readonly Picture[]): Promise<Stage> {
  const { asked, name, width, height, channels, versions, at, gradientAt } = study.layer
    ? await atLayer(study, pictures)
    : await atImage(study, pictures)
  const own = versions.at(-1) as Picture
  const last = versions.length - 1
  const size = width * height
  let moved = false
  return {
    width,
    height,
    asked,
    get moved() {
      return moved
    },
    async judge(mask, view) {
      const data = own.data.slice()
      const seen = (i: number) => (view ? (view[i] as number) : i)
      const level = (value: number) => Math.max(0, Math.min(Math.floor(value * last), last - 1))
      for (let i = 0; i < size; i++) {
        const p = seen(i)
        const value = mask[p] as number
        const from = level(value)
        const share = value * last - from
        const [low, high] = [versions[from] as Picture, versions[from + 1] as Picture]
        for (let k = 0; k < channels; k++) {
          const place = at(p, k)
          const start = low.data[place] as number
          data[at(i, k)] = start + share * ((high.data[place] as number) - start)
        }
      }
      const { score, gradient: slopes } = await asked.one({ [name]: float32(own.dims, data) })
      await breathe()
      const gradient = new Float64Array(size)
      for (let i = 0; i < size; i++) {
        const p = seen(i)
        const from = level(mask[p] as number)
        const [low, high] = [versions[from] as Picture, versions[from + 1] as Picture]
        let sum = 0
        for (let k = 0; k < channels; k++) {
          const slope = slopes?.data[gradientAt(i, k)] as number
          if (slope !== 0) moved = true
          const place = at(p, k)
          sum += slope * ((high.data[place] as number) - (low.data[place] as number))
        }
        gradient[p] = (gradient[p] as number) + last * sum
      }
      return { score: scalarOf(score), gradient }
    },
  }
}

async function atImage(study: Study, pictures: readonly Picture[]) {
  const { format, pixels } = study.vision
  const { width, height } = format
  const channels = study.input.data.length / (width * height)
  const at = (i: number, k: number) => (pixels.layout === 'NCHW' ? k * width * height + i : i * channels + k)
  const asked = await imageGradient(study)
  return { asked, name: pixels.name, width, height, channels, versions: pictures, at, gradientAt: at }
}

async function atLayer(study: Study, pictures: readonly Picture[]) {
  const layer = (study.layer as NonNullable<Study['layer']>).layer
  const reading = await study.open({
    name: 'fovea/layer',
    write: ({ builder }) => ({ value: builder.value(layer.name) }),
  })
  const versions: Picture[] = []
  for (const picture of pictures) versions.push((await reading.one(picture)).value as Picture)
  const { channels, at: place } = arranged(layer, versions[0] as Picture)
  const { width, height, name } = layer
  const { index } = layer.arrangement
  const asked = await study.open({
    name: 'fovea/behind-layer',
    entry: [name],
    wants: () => [{ at: name }],
    write: ({ gradient }) => ({ gradient }),
  })
  return {
    asked,
    name,
    width,
    height,
    channels,
    versions,
    at: (i: number, k: number) => place(index[i] as number, k),
    gradientAt: (i: number, k: number) => k * width * height + i,
  }
}
