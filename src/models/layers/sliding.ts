/** Operators that slide a window over a picture: convolutions and pools. */

import { grow, type Window } from '../receptive-field.ts'
import { mix } from './mixing.ts'
import type { Operator, Rule } from './operator.ts'
import { everywhere, isLocated, layoutOf, nowhere, type Positions, rasterOf, uniform } from './positions.ts'

/** A window of stride 1 that keeps the size keeps the positions, whatever their arrangement; others begin a new raster. */
function slide(at: Operator, mixesChannels: boolean, kernel: readonly number[]): readonly Positions[] | undefined {
  const given = at.x(0)
  if (!given) return undefined
  const own = mixesChannels ? mix(given, [1]) : given
  const [from, to] = [at.from(0), at.to(0)]
  const window = windowOf(at, kernel)
  const field = own.field && grow(own.field, window)
  const size = to.slice(2)
  const still = window.strides.every((stride) => stride === 1) && size.every((dim, i) => dim === from[i + 2])
  if (still || !isLocated(own)) return [{ ...own, field }]
  const layout = to.length === 4 ? (layoutOf(own) ?? layoutOf(unpadded(own))) : undefined
  const [height = 0, width = 0] = size
  if (!layout || isNot(layout.y, 2) || isNot(layout.x, 3) || height * width < 2)
    return [uniform(own, to.length, everywhere)]
  return [rasterOf(at.to(0)[0] as number, [height, width], { rank: 4, batch: 0, y: 2, x: 3 }, field)]
}

/** Without the rows and columns that come from nowhere: a picture with a border, as an explicit Pad leaves it, is a picture. */
function unpadded(positions: Positions): Positions {
  const { dims, codes } = positions
  const [images = 1, , height = 1, width = 1] = dims
  if (dims[1] !== 1) return positions
  const located = (image: number, y: number, x: number) => codes[(image * height + y) * width + x] !== nowhere
  const rows = [...Array(height).keys()].filter((y) => [...Array(width).keys()].some((x) => located(0, y, x)))
  const columns = [...Array(width).keys()].filter((x) => rows.some((y) => located(0, y, x)))
  const kept = [...Array(images).keys()].flatMap((image) =>
    rows.flatMap((y) => columns.map((x) => codes[(image * height + y) * width + x] as number)),
  )
  return { ...positions, dims: [images, 1, rows.length, columns.length], codes: Int32Array.from(kept) }
}

const isNot = (axis: number, wanted: number) => axis !== wanted && axis !== -1

function windowOf({ attributes }: Operator, kernel: readonly number[]): Window {
  const two = (values: readonly number[] | undefined) => [values?.[0] ?? 1, values?.[1] ?? 1] as const
  return {
    kernel: two(kernel),
    strides: two(attributes.ints('strides')),
    dilations: two(attributes.ints('dilations')),
  }
}

const convolution: Rule = (at) => slide(at, true, at.from(1).slice(2))

/** The second output of a MaxPool, its indices, is no map. */
const pool: Rule = (at) => slide(at, false, at.attributes.ints('kernel_shape') ?? [])

export const sliding: Readonly<Record<string, Rule>> = {
  Conv: convolution,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
}
