/**
 * The second look of the aligned mode: a parabola through whole samples is biased where the extremum lies between them
 * (by up to 0.08 samples of a Gaussian), so the fit in x and y is made once more around the place found, on samples
 * interpolated there by Catmull-Rom's cubic. It halves the error on blobs of known centre and more. Not in any paper's SIFT.
 */

import type { Plane } from '../../tensor/index.ts'

/** Largest second step, in samples; beyond it the first fit stays. */
const most = 0.15

/** The extremum near (x, y), in samples; the same place where the second fit is no better founded. */
export function polish(plane: Plane, x: number, y: number): readonly [number, number] {
  const at = (u: number, v: number) => interpolate(plane, x + u, y + v)
  const middle = at(0, 0)
  const [left, right, up, down] = [at(-1, 0), at(1, 0), at(0, -1), at(0, 1)]
  const gx = (right - left) / 2
  const gy = (down - up) / 2
  const xx = right + left - 2 * middle
  const yy = down + up - 2 * middle
  const xy = (at(1, 1) - at(-1, 1) - at(1, -1) + at(-1, -1)) / 4
  const determinant = xx * yy - xy * xy
  const dx = (xy * gy - yy * gx) / determinant
  const dy = (xy * gx - xx * gy) / determinant
  return Math.abs(dx) < most && Math.abs(dy) < most ? [x + dx, y + dy] : [x, y]
}

/** Weights of the samples at -1, 0, 1, 2 for the place t in [0, 1): Keys' cubic with a = -1/2. */
const cubic = (t: number) =>
  [
    ((2 - t) * t - 1) * (t / 2),
    ((3 * t - 5) * t * t + 2) / 2,
    ((4 - 3 * t) * t + 1) * (t / 2),
    ((t - 1) * t * t) / 2,
  ] as const

function interpolate({ width, data }: Plane, x: number, y: number): number {
  const column = Math.floor(x)
  const row = Math.floor(y)
  const [a, b, c, d] = cubic(x - column)
  const across = cubic(y - row).map((weight, i) => {
    const at = (row + i - 1) * width + column
    const [p, q, r, s] = data.subarray(at - 1, at + 3) as unknown as [number, number, number, number]
    return weight * (a * p + b * q + c * r + d * s)
  })
  return across.reduce((sum, v) => sum + v)
}
