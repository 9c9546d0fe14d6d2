/** All channels of a layer as one picture, tile by tile, the strongest first. */

import { colormap } from '../../image/index.ts'
import type { Activations } from '../engine/messages.ts'

export interface Tiles {
  readonly bitmap: ImageBitmap
  /** Tiles in a row of the bitmap, and the size of one. */
  readonly columns: number
  readonly width: number
  readonly height: number
  /** The channels in the order of the tiles, with their largest and smallest value. */
  readonly order: readonly { readonly channel: number; readonly minimum: number; readonly maximum: number }[]
}

/** Pixels of one bitmap; larger maps are thinned. */
const budget = 16e6

/** A channel's strength is the mean size of its values; each tile has a scale of its own, and zero is black. */
export function tilesOf({ channels, height, width, data }: Activations): Omit<Tiles, 'bitmap'> & { image: ImageData } {
  const size = height * width
  const order = Array.from({ length: channels }, (_, channel) => {
    let [sum, minimum, maximum] = [0, Infinity, -Infinity]
    for (let i = channel * size; i < (channel + 1) * size; i++) {
      const value = data[i] as number
      sum += Math.abs(value)
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
    }
    return { channel, minimum, maximum, strength: sum / size }
  }).sort((a, b) => b.strength - a.strength)
  const step = Math.max(1, Math.ceil(Math.sqrt((channels * size) / budget)))
  const [w, h] = [Math.ceil(width / step), Math.ceil(height / step)]
  const columns = Math.max(1, Math.min(channels, Math.floor(Math.sqrt((channels * h) / w)), Math.floor(8192 / w)))
  const rows = Math.ceil(channels / columns)
  const image = new ImageData(columns * w, rows * h)
  const table = colormap('viridis')
  order.forEach(({ channel, minimum, maximum }, place) => {
    const left = (place % columns) * w
    const top = Math.floor(place / columns) * h
    const low = Math.min(0, minimum)
    const span = maximum - low || 1
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const value = data[channel * size + y * step * width + x * step] as number
        const color = 3 * Math.max(0, Math.min(255, Math.floor((256 * (value - low)) / span)))
        const at = 4 * ((top + y) * image.width + left + x)
        image.data[at] = table[color] as number
        image.data[at + 1] = table[color + 1] as number
        image.data[at + 2] = table[color + 2] as number
        image.data[at + 3] = 255
      }
  })
  return { image, columns, width: w, height: h, order: order.map(({ strength: _, ...rest }) => rest) }
}
