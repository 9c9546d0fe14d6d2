/** The gradient HOG starts from: [-1 0 1] both ways, at each pixel in the colour channel where it is longest. */

import type { Image } from '../../tensor/index.ts'

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
export function gradient(image: Image, { border, gamma, ties }: GradientOptions): Gradient {
  const { width, height } = image
  const table = gamma ? Float64Array.from({ length: 256 }, (_, value) => Math.fround(Math.sqrt(value))) : undefined
  const dx = new Float32Array(width * height)
  const dy = new Float32Array(width * height)
  const margin = border === 'none' ? 1 : 0
  const rows = Array.from({ length: 3 }, () => new Float64Array(3 * (width + 2))) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  load(rows[1], image, Math.min(height - 1, 1), table)
  load(rows[2], image, 0, table)
  for (let y = 0; y < height; y++) {
    const [oldest, above, here] = rows
    // above the first row lies the second, below the last the one before it
    load(oldest, image, y + 1 < height ? y + 1 : Math.max(0, height - 2), table)
    if (y >= margin && y < height - margin)
      steepest(above, here, oldest, ties === 'red-first' ? 0 : 2, margin, width - margin, dx, dy, y * width)
    rows[0] = above
    rows[1] = here
    rows[2] = oldest
  }
  return { width, height, dx, dy }
}

/** A row of pixels with one more at each end, which makes the difference across the border 0. */
function load(row: Float64Array, { width, data }: Image, y: number, table: Float64Array | undefined): void {
  const from = 3 * y * width
  if (!table) row.set(data.subarray(from, from + 3 * width), 3)
  else for (let i = 0; i < 3 * width; i++) row[i + 3] = table[data[from + i] as number] as number
  const second = width > 1 ? 6 : 3
  const beforeLast = 3 * (width > 1 ? width - 1 : width)
  for (let c = 0; c < 3; c++) {
    row[c] = row[second + c] as number
    row[3 * (width + 1) + c] = row[beforeLast + c] as number
  }
}

/** Pixels `from` to `to` of a row, written from `out` on. */
function steepest(
  above: Float64Array,
  here: Float64Array,
  below: Float64Array,
  first: number,
  from: number,
  to: number,
  dx: Float32Array,
  dy: Float32Array,
  out: number,
): void {
  const last = 2 - first
  // what lies to the left and under the pixel in each channel; moved on instead of read again
  let [one, two, three] = [
    here[3 * from + first] as number,
    here[3 * from + 1] as number,
    here[3 * from + last] as number,
  ]
  let i = 3 * from + 3
  let [oneHere, twoHere, threeHere] = [here[i + first] as number, here[i + 1] as number, here[i + last] as number]
  for (let x = from; x < to; x++, i += 3) {
    const oneNext = here[i + 3 + first] as number
    const twoNext = here[i + 4] as number
    const threeNext = here[i + 3 + last] as number
    let gx = oneNext - one
    let gy = (below[i + first] as number) - (above[i + first] as number)
    let most = gx * gx + gy * gy
    const greenX = twoNext - two
    const greenY = (below[i + 1] as number) - (above[i + 1] as number)
    const green = greenX * greenX + greenY * greenY
    if (green > most) {
      most = green
      gx = greenX
      gy = greenY
    }
    const lastX = threeNext - three
    const lastY = (below[i + last] as number) - (above[i + last] as number)
    if (lastX * lastX + lastY * lastY > most) {
      gx = lastX
      gy = lastY
    }
    dx[out + x] = gx
    dy[out + x] = gy
    one = oneHere
    two = twoHere
    three = threeHere
    oneHere = oneNext
    twoHere = twoNext
    threeHere = threeNext
  }
}
