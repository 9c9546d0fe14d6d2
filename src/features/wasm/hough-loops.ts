/** Votes for lines on either engine (hough-kernel.c or hough-twin.ts). */

import { bestEngine, type Engine } from './engine.ts'
import * as twin from './hough-twin.ts'
import { open } from './memory.ts'

interface Exports {
  // columns, rows, height, cosines, sines, stride, zero, votes
  lines(...args: number[]): void
}

/** Angles that the kernel votes for at a time. */
const band = 8
/** The kernel rounds in float32, which holds whole numbers and halves up to 2^22; and a band is 32 MiB then. */
const mostDistances = 2 ** 20

/** Votes of every pixel for the cells zero + round(x cosine + y sine), half to even: `votes[angle * distances + distance]`. */
export function voteForLines(
  pixels: twin.EdgePixels,
  cells: twin.LineCells,
  engine: Engine = bestEngine(),
): Int32Array<ArrayBuffer> {
  const { distances, cosines } = cells
  const stride = distances + 2
  const votes = new Int32Array(cosines.length * distances)
  /** Rows from angle `first` on, without the cells at their ends. */
  const keep = (rows: Int32Array, first: number) => {
    for (let n = first, at = 1; n < cosines.length && at < rows.length; n++, at += stride)
      votes.set(rows.subarray(at, at + distances), n * distances)
  }
  if (engine === 'typescript' || distances > mostDistances) keep(twin.voteForLines(pixels, cells), 0)
  else simdVotes(pixels, cells, stride, keep)
  return votes
}

function simdVotes(
  pixels: twin.EdgePixels,
  { zero, cosines, sines }: twin.LineCells,
  stride: number,
  keep: (rows: Int32Array, first: number) => void,
): void {
  const { columns, rows } = pixels
  const angles = Math.ceil(cosines.length / band) * band
  const numbers = columns.length + rows.length + 2 * angles + band * stride
  const { kernel, buffer, take, close } = open<Exports>(4 * numbers + 5 * 64)
  const floats = (length: number) => new Float32Array(buffer, take(4 * length), length)
  const ints = (length: number) => new Int32Array(buffer, take(4 * length), length)
  const [across, cosine, sine] = [floats(columns.length), floats(angles).fill(0), floats(angles).fill(0)]
  const [ends, votes] = [ints(rows.length), ints(band * stride)]
  across.set(columns)
  ends.set(rows)
  cosine.set(cosines)
  sine.set(sines)
  for (let n = 0; n < angles; n += band) {
    const [c, s] = [cosine.byteOffset + 4 * n, sine.byteOffset + 4 * n]
    kernel.lines(across.byteOffset, ends.byteOffset, rows.length - 1, c, s, stride, zero + 1, votes.byteOffset)
    keep(votes, n)
  }
  close()
}
