/** Antialiased filling of outlines: the exact area of each pixel that a polygon covers. No colours here. */

export type Point = readonly [number, number]

/** How much of each pixel is covered, 0-1, in a window of the plane whose corner is (x, y). */
export interface Coverage {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/**
 * Non-zero filling of closed outlines that do not cross themselves.
 *
 * Each edge adds, in every row that it crosses, its signed height to the pixels on its right; within its own pixel by the
 * area to its right. The running sum along a row is then the covered area.
 */
export function cover(outlines: readonly (readonly Point[])[]): Coverage {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const outline of outlines)
    for (const [x, y] of outline) {
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  if (!(right > left && bottom > top)) return { x: 0, y: 0, width: 0, height: 0, data: new Float32Array() }
  const x = Math.floor(left)
  const y = Math.floor(top)
  const width = Math.ceil(right) - x
  const height = Math.ceil(bottom) - y
  const stride = width + 2
  const sums = new Float64Array(stride * height)
  for (const outline of outlines)
    outline.forEach((from, i) => {
      const to = outline[(i + 1) % outline.length] as Point
      addEdge(sums, stride, from[0] - x, from[1] - y, to[0] - x, to[1] - y)
    })
  const data = new Float32Array(width * height)
  for (let row = 0; row < height; row++) {
    let sum = 0
    for (let column = 0; column < width; column++) {
      sum += sums[row * stride + column] as number
      data[row * width + column] = Math.min(1, Math.abs(sum))
    }
  }
  return { x, y, width, height, data }
}

function addEdge(sums: Float64Array, stride: number, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return
  const sign = y0 < y1 ? 1 : -1
  const [xTop, yTop, xEnd, yEnd] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0]
  const slope = (xEnd - xTop) / (yEnd - yTop)
  for (let row = Math.floor(yTop); row < yEnd; row++) {
    const from = Math.max(yTop, row)
    const to = Math.min(yEnd, row + 1)
    addPiece(sums, row * stride, xTop + (from - yTop) * slope, xTop + (to - yTop) * slope, sign * (to - from))
  }
}

/** An edge's part within one row, from xa to xb, of signed height `rise`, shared out over the pixels that it passes. */
function addPiece(sums: Float64Array, row: number, xa: number, xb: number, rise: number): void {
  const low = Math.min(xa, xb)
  const high = Math.max(xa, xb)
  for (let cell = Math.floor(low); cell <= high; cell++) {
    const from = Math.max(low, cell)
    const to = Math.min(high, cell + 1)
    const share = high > low ? (rise * (to - from)) / (high - low) : rise
    const middle = (from + to) / 2 - cell
    sums[row + cell] = (sums[row + cell] as number) + share * (1 - middle)
    sums[row + cell + 1] = (sums[row + cell + 1] as number) + share * middle
    if (high === low) break
  }
}
