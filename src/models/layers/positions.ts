/**
 * Where each element of a value lies in the image: a code per element, followed through data movement. Codes that do not
 * change along an axis (channels, heads) are kept once, so a value costs as many codes as it has positions.
 */

import type { Field } from '../receptive-field.ts'

export interface Positions {
  /** Rows and columns of the cells that the codes count. */
  readonly grid: readonly [height: number, width: number]
  /** The value's sizes, 1 along axes where all elements have the same code. */
  readonly dims: readonly number[]
  /** image * height * width + y * width + x, or one of `nowhere` and `everywhere`. */
  readonly codes: Int32Array
  /** What of the image a cell sees; undefined where that is no window. */
  readonly field: Field | undefined
  /** A table of pairs of positions (query, key), as attention makes it, with the query's code. */
  readonly pairs: boolean
}

/** Not computed from the image: a class token, padding. */
export const nowhere = -1
/** Computed from many positions that form no cell: pooled, or mixed by attention. */
export const everywhere = -2

const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)

export const isLocated = ({ codes }: Positions) => codes.some((code) => code >= 0)

/** The cells of `images` maps, in the layout that `axes` says (others have size 1). */
export function rasterOf(
  images: number,
  grid: Positions['grid'],
  layout: { readonly rank: number; readonly batch: number; readonly y: number; readonly x: number },
  field: Field | undefined,
): Positions {
  const [height, width] = grid
  const dims = Array.from({ length: layout.rank }, (_, axis) =>
    axis === layout.batch ? images : axis === layout.y ? height : axis === layout.x ? width : 1,
  )
  return { grid, dims, codes: counted(images * height * width), field, pairs: false }
}

const countings = new Map<number, Int32Array>()

/** 0, 1, 2 … ; one array for each length, so that equal rasters are the same object. */
function counted(size: number): Int32Array {
  let codes = countings.get(size)
  if (!codes) {
    codes = Int32Array.from({ length: size }, (_, i) => i)
    if (countings.size > 64) countings.clear()
    countings.set(size, codes)
  }
  return codes
}

/** All elements alike. */
export function uniform(like: Positions, rank: number, code: number): Positions {
  return {
    ...like,
    dims: Array.from({ length: rank }, () => 1),
    codes: Int32Array.of(code),
    field: like.field && { ...like.field, size: undefined },
  }
}

/** Codes read through steps: element i of axis a of `dims` lies `steps[a]` codes further. */
export function read(codes: Int32Array, dims: readonly number[], steps: readonly number[]): Int32Array {
  const result = new Int32Array(product(dims))
  const inner = dims.at(-1) ?? 1
  const step = steps.at(-1) ?? 0
  const at = dims.map(() => 0)
  for (let i = 0, source = 0; i < result.length; i += inner) {
    for (let j = 0; j < inner; j++) result[i + j] = codes[source + j * step] as number
    for (let axis = dims.length - 2; axis >= 0; axis--) {
      source += steps[axis] as number
      if (++(at[axis] as number) < (dims[axis] as number)) break
      source -= (steps[axis] as number) * (dims[axis] as number)
      at[axis] = 0
    }
  }
  return result
}

/** Row-major steps, 0 along axes of size 1 (which are thereby broadcast). */
export function stepsOf(dims: readonly number[]): number[] {
  const steps = dims.map(() => 0)
  let step = 1
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if ((dims[axis] as number) > 1) steps[axis] = step
    step *= dims[axis] as number
  }
  return steps
}

export const haveOneGrid = (a: Positions, b: Positions) => a.grid[0] === b.grid[0] && a.grid[1] === b.grid[1]

/** Repeated to the sizes `dims`; along axes where it has more, its own. */
export function broadcast(from: Positions, dims: readonly number[]): Positions {
  const own = padded(from.dims, dims.length)
  const to = dims.map((dim, axis) => Math.max(dim, own[axis] as number))
  if (to.every((dim, axis) => dim === own[axis])) return { ...from, dims: own }
  return { ...from, dims: to, codes: read(from.codes, to, stepsOf(own)) }
}

export function permute(from: Positions, order: readonly number[]): Positions {
  const steps = stepsOf(from.dims)
  const dims = order.map((axis) => from.dims[axis] as number)
  const codes = order.every((axis, i) => axis === i)
    ? from.codes
    : read(
        from.codes,
        dims,
        order.map((axis) => steps[axis] as number),
      )
  return { ...from, dims, codes }
}

export const padded = (dims: readonly number[], rank: number) => [
  ...Array.from({ length: Math.max(0, rank - dims.length) }, () => 1),
  ...dims,
]

/** Keeps once what does not change along an axis. */
export function compact(positions: Positions): Positions {
  let result = positions
  for (let axis = 0; axis < positions.dims.length; axis++) result = withoutAxis(result, axis)
  return result
}

function withoutAxis(positions: Positions, axis: number): Positions {
  const { dims, codes } = positions
  const size = dims[axis] as number
  if (size < 2) return positions
  const inner = product(dims.slice(axis + 1))
  const block = size * inner
  for (let start = 0; start < codes.length; start += block)
    for (let i = start + inner; i < start + block; i++) if (codes[i] !== codes[i - inner]) return positions
  const kept = new Int32Array(codes.length / size)
  for (let start = 0, to = 0; start < codes.length; start += block, to += inner)
    kept.set(codes.subarray(start, start + inner), to)
  return { ...positions, dims: dims.with(axis, 1), codes: kept }
}

/** The axes along which codes run as in a picture; undefined for any other arrangement. */
export function layoutOf({ grid, dims, codes }: Positions): { batch: number; y: number; x: number } | undefined {
  const [height, width] = grid
  const images = codes.length / (height * width)
  const large = dims.flatMap((dim, axis) => (dim > 1 ? [axis] : []))
  const sizes = [images, height, width].filter((size) => size > 1)
  if (!Number.isInteger(images) || large.length !== sizes.length) return undefined
  if (!large.every((axis, i) => dims[axis] === sizes[i])) return undefined
  if (codes !== countings.get(codes.length) && !codes.every((code, i) => code === i)) return undefined
  const rest = [...large]
  const batch = images > 1 ? (rest.shift() as number) : 0
  const y = height > 1 ? (rest.shift() as number) : -1
  const x = width > 1 ? (rest.shift() as number) : -1
  return { batch, y, x }
}
