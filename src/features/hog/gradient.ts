/** The gradient HOG starts from: [-1 0 1] both ways, at each pixel in the colour channel where it is longest. */

import type { Image } from '../../tensor/index.ts'
import { type Engine, openHogLoops } from '../wasm/index.ts'

export interface Gradient {
  readonly width: number
  readonly height: number
  /** +x to the right, +y down; a step of one grey level is 1 */
  readonly dx: Float32Array
  readonly dy: Float32Array
}

export interface GradientOptions {
  /** on the border: no slope across it ('flat', what a mirrored picture gives too), or no gradient at all ('none') */
  readonly border: 'flat' | 'none'
  /** square roots of the pixels */
  readonly gamma: boolean
  readonly ties: 'red-first' | 'blue-first'
}

/** Of equally long channels the first of `ties` counts; whole numbers tie in several pixels of a hundred. */
export function gradient(image: Image, { border, gamma, ties }: GradientOptions, engine?: Engine): Gradient {
  const { width, height } = image
  const dx = new Float32Array(width * height)
  const dy = new Float32Array(width * height)
  const most = Math.min(strip, height)
  const bytes = 3 * width * (most + 2) + 4 * 256 + 8 * width * most
  const loops = openHogLoops({ arrays: 4, bytes, width }, engine)
  const rgb = loops.bytes(3 * width * (most + 2))
  const table = loops.floats(256)
  for (let value = 0; value < 256; value++) table[value] = gamma ? Math.sqrt(value) : value
  const slopes = [loops.floats(width * most), loops.floats(width * most)] as const
  for (let top = 0; top < height; top += most) {
    const rows = Math.min(most, height - top)
    load(rgb, image, top, rows)
    loops.slopes(rgb, table, width, rows, ties === 'red-first' ? 0 : 2, ...slopes)
    dx.set(slopes[0].subarray(0, rows * width), top * width)
    dy.set(slopes[1].subarray(0, rows * width), top * width)
  }
  if (border === 'none') for (const slope of [dx, dy]) clearBorder(slope, width, height)
  return { width, height, dx, dy }
}

/** Rows that are worked on at once. */
const strip = 32

/** Rows `top` to top + rows, one above and one below. Above the first row lies the second, below the last the one before. */
function load(to: Uint8Array, { width, height, data }: Image, top: number, rows: number): void {
  const line = 3 * width
  const from = Math.max(0, top - 1)
  to.set(data.subarray(from * line, (top + rows + 1) * line), (from - top + 1) * line)
  const copy = (row: number, at: number) => to.set(data.subarray(row * line, (row + 1) * line), at * line)
  if (top === 0) copy(Math.min(1, height - 1), 0)
  if (top + rows === height) copy(Math.max(0, height - 2), rows + 1)
}

function clearBorder(slope: Float32Array, width: number, height: number): void {
  slope.fill(0, 0, width)
  slope.fill(0, (height - 1) * width)
  for (let y = 0; y < height; y++) slope[y * width] = slope[(y + 1) * width - 1] = 0
}
