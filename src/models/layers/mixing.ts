/** What becomes of positions where elements are computed from several others: contractions, and values that meet. */

import { grow, merge } from '../receptive-field.ts'
import {
  broadcast,
  compact,
  everywhere,
  haveOneGrid,
  isLocated,
  nowhere,
  type Positions,
  padded,
  permute,
} from './positions.ts'

/**
 * The positions after summing, or otherwise mixing, along `axes` (which keep the size 1). Where what is mixed fills cells of
 * a coarser grid (merged patches), that grid goes on; where it does not (pooling, attention), the result is everywhere.
 */
export function mix(from: Positions, axes: readonly number[]): Positions {
  const along = axes.filter((axis) => (from.dims[axis] ?? 1) > 1)
  if (along.length === 0) return thinned(from)
  const kept = from.dims.map((dim, axis) => (along.includes(axis) ? 1 : dim))
  const order = [...kept.keys()].filter((axis) => !along.includes(axis))
  const sorted = permute(from, [...order, ...along]).codes
  const group = along.reduce((size, axis) => size * (from.dims[axis] as number), 1)
  const boxes = boxesOf(sorted, group, from.grid)
  const { grid, codes, cell } = gridOf(boxes, from.grid)
  const field =
    from.field && isSame(cell, [1, 1])
      ? from.field
      : from.field && cell
        ? grow(from.field, { kernel: cell, strides: cell, dilations: [1, 1] })
        : from.field && { ...from.field, size: undefined }
  return thinned(compact({ grid, dims: kept, codes, field, pairs: false }))
}

/** Where only every a-th row and b-th column is left (a strided slice), the grid of those. */
export function thinned(from: Positions): Positions {
  const [height, width] = from.grid
  const [a, b] = spacingOf(from)
  if (!a || !b || a * b === 1) return from
  const grid = [Math.ceil(height / a), Math.ceil(width / b)] as const
  const codes = from.codes.map((code) => {
    if (code < 0) return code
    const image = Math.floor(code / (height * width))
    const y = Math.floor(Math.floor((code % (height * width)) / width) / a)
    return (image * grid[0] + y) * grid[1] + Math.floor((code % width) / b)
  })
  const field = from.field && grow(from.field, { kernel: [1, 1], strides: [a, b], dilations: [1, 1] })
  return { ...from, grid, codes, field }
}

type Spacing = readonly [rows: number, columns: number]

/** How far apart the rows and the columns are that are left; remembered, as many values share their codes. */
function spacingOf({ codes, grid }: Positions): Spacing {
  const key = grid.join()
  const known = spacings.get(codes)?.get(key)
  if (known) return known
  const [height, width] = grid
  const rows = new Uint8Array(height)
  const columns = new Uint8Array(width)
  for (const code of codes)
    if (code >= 0) {
      rows[Math.floor((code % (height * width)) / width)] = 1
      columns[code % width] = 1
    }
  const found: Spacing = [spacing(rows), spacing(columns)]
  spacings.set(codes, new Map([...(spacings.get(codes) ?? []), [key, found]]))
  return found
}

const spacings = new WeakMap<Int32Array, ReadonlyMap<string, Spacing>>()

/** The distance of the marks when they are evenly spaced over the whole axis, one in each stretch; else 0. */
function spacing(marks: Uint8Array): number {
  const first = marks.indexOf(1)
  const step = marks.indexOf(1, first + 1) - first
  if (first < 0 || step < 1 || first >= step) return 0
  return marks.every((mark, i) => mark === ((i - first) % step === 0 && i >= first ? 1 : 0)) ? step : 0
}

interface Box {
  readonly code: number
  readonly image: number
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** The smallest rectangle that holds the positions of each group of `size` codes; nowhere and everywhere do not count beside them. */
function boxesOf(codes: Int32Array, size: number, [height, width]: Positions['grid']): Box[] {
  const area = height * width
  return Array.from({ length: codes.length / size }, (_, g): Box => {
    let pooled = false
    let [top, left, bottom, right, image] = [height, width, -1, -1, -1]
    for (let i = g * size; i < (g + 1) * size; i++) {
      const code = codes[i] as number
      if (code === nowhere) continue
      if (code === everywhere) {
        pooled = true
        continue
      }
      const of = Math.floor(code / area)
      if (image >= 0 && image !== of) return { ...empty, code: everywhere }
      image = of
      const y = Math.floor((code % area) / width)
      const x = code % width
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      left = Math.min(left, x)
      right = Math.max(right, x)
    }
    if (image < 0) return pooled ? { ...empty, code: everywhere } : empty
    return { code: 0, image, top, left, height: bottom - top + 1, width: right - left + 1 }
  })
}

const empty: Box = { code: nowhere, image: 0, top: 0, left: 0, height: 0, width: 0 }

/** The grid whose cells the boxes are (the last row and column may be cut), if there is one. */
function gridOf(boxes: readonly Box[], [height, width]: Positions['grid']) {
  const real = boxes.filter(({ code }) => code >= 0)
  const a = real.reduce((most, box) => Math.max(most, box.height), 1)
  const b = real.reduce((most, box) => Math.max(most, box.width), 1)
  const grid = [Math.ceil(height / a), Math.ceil(width / b)] as const
  const fits = grid[0] * grid[1] > 1 && real.every(({ top, left }) => top % a === 0 && left % b === 0)
  const code = (box: Box) => {
    if (box.code < 0) return box.code
    return fits ? (box.image * grid[0] + box.top / a) * grid[1] + box.left / b : everywhere
  }
  return {
    grid: fits ? grid : ([height, width] as const),
    codes: Int32Array.from(boxes, code),
    cell: fits ? ([a, b] as const) : undefined,
  }
}

const isSame = (a: readonly [number, number] | undefined, b: readonly [number, number]) =>
  a?.[0] === b[0] && a[1] === b[1]

const cells = ({ grid, codes }: Positions) => (codes.some((code) => code >= 0) ? grid[0] * grid[1] : 0)

/**
 * Values that meet element by element: a position next to nothing, or next to what is everywhere (a gate), stays one; of two
 * grids the finer goes on; two different positions are everywhere.
 */
export function meet(all: readonly Positions[], rank: number): Positions {
  const [first, ...others] = all
  return others.reduce((a, b) => meetTwo(a, b, rank, false), withRank(first as Positions, rank))
}

/**
 * The positions of a product of two operands, each mixed along what is summed: of queries times keys the queries', of such
 * a table times values the table's.
 */
export function pair(a: Positions, b: Positions, rank: number): Positions {
  const table = isLocated(a) && isLocated(b) && !a.pairs && !b.pairs
  const second = !isLocated(a) || (b.pairs && !a.pairs)
  const result = second ? meetTwo(b, a, rank, true) : meetTwo(a, b, rank, true)
  return { ...result, pairs: table, field: result.field && { ...result.field, size: undefined } }
}

function meetTwo(a: Positions, b: Positions, rank: number, first: boolean): Positions {
  const [x, y] = [withRank(a, rank), withRank(b, rank)]
  const pairs = x.pairs || y.pairs
  const sameGrid = haveOneGrid(x, y)
  if (sameGrid && x.codes === y.codes && x.dims.every((dim, axis) => dim === y.dims[axis]))
    return { ...x, field: merge(x.field, y.field), pairs }
  const [main, side] = !first && cells(y) > cells(x) ? [y, x] : [x, y]
  const sideDecides = main.codes.includes(nowhere) || (!first && isLocated(side))
  const local = !side.codes.includes(everywhere)
  const field = sameGrid && local ? merge(main.field, side.field) : main.field && { ...main.field, size: undefined }
  if (!sideDecides) return { ...main, field, pairs }
  const dims = main.dims.map((dim, axis) => Math.max(dim, side.dims[axis] as number))
  const [p, q] = [broadcast(main, dims), broadcast(side, dims)]
  const codes = p.codes.map((code, i) => {
    const other = q.codes[i] as number
    if (code >= 0) return first || !sameGrid || other < 0 || other === code ? code : everywhere
    if (code === nowhere && other >= 0 && sameGrid && !first) return other
    return code === nowhere && other === nowhere ? nowhere : everywhere
  })
  return compact({ grid: main.grid, dims, codes, field, pairs })
}

const withRank = (from: Positions, rank: number): Positions => ({ ...from, dims: padded(from.dims, rank) })
