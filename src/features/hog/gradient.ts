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
  /** beyond the border: the picture mirrored ('mirror'), no slope across it ('flat'), no gradient at all ('none') */
  readonly border: 'mirror' | 'flat' | 'none'
  /** square roots of the pixels */
  readonly gamma: boolean
  readonly ties: 'red-first' | 'blue-first'
}

/** Of equally long channels the first of `ties` counts; whole numbers tie in several pixels of a hundred. */
export function gradient({ width, height, data }: Image, { border, gamma, ties }: GradientOptions): Gradient {
  const values = gamma ? rooted(data) : data
  const dx = new Float32Array(width * height)
  const dy = new Float32Array(width * height)
  const first = ties === 'red-first' ? 0 : 2
  const margin = border === 'none' ? 1 : 0
  for (let y = margin; y < height - margin; y++) {
    const [above, below] = neighbours(y, height, border).map((row) => 3 * row * width) as [number, number]
    const row = { above, below, here: 3 * y * width, out: y * width }
    for (const x of margin === 1 ? [] : [0, width - 1])
      steepest(values, row, x, x + 1, neighbours(x, width, border), first, dx, dy)
    if (width > 2) steepest(values, row, 1, width - 1, [0, 2], first, dx, dy)
  }
  return { width, height, dx, dy }
}

function rooted(data: Uint8Array): Float32Array {
  const roots = Float32Array.from({ length: 256 }, (_, value) => Math.sqrt(value))
  const out = new Float32Array(data.length)
  for (let i = 0; i < out.length; i++) out[i] = roots[data[i] as number] as number
  return out
}

interface Row {
  readonly above: number
  readonly below: number
  readonly here: number
  readonly out: number
}

/** Pixels `from` to `to` of a row; `sides` are the two neighbours of pixel `from`. */
function steepest(
  values: Uint8Array | Float32Array,
  { above, below, here, out }: Row,
  from: number,
  to: number,
  sides: readonly [number, number],
  first: number,
  dx: Float32Array,
  dy: Float32Array,
): void {
  const last = 2 - first
  let left = here + 3 * sides[0]
  let right = here + 3 * sides[1]
  let up = above + 3 * from
  let down = below + 3 * from
  for (let i = out + from; i < out + to; i++, left += 3, right += 3, up += 3, down += 3) {
    let x = (values[right + first] as number) - (values[left + first] as number)
    let y = (values[down + first] as number) - (values[up + first] as number)
    let most = x * x + y * y
    const greenX = (values[right + 1] as number) - (values[left + 1] as number)
    const greenY = (values[down + 1] as number) - (values[up + 1] as number)
    const green = greenX * greenX + greenY * greenY
    if (green > most) {
      most = green
      x = greenX
      y = greenY
    }
    const lastX = (values[right + last] as number) - (values[left + last] as number)
    const lastY = (values[down + last] as number) - (values[up + last] as number)
    if (lastX * lastX + lastY * lastY > most) {
      x = lastX
      y = lastY
    }
    dx[i] = x
    dy[i] = y
  }
}

/** The two positions whose difference is the slope at `at`. */
function neighbours(at: number, size: number, border: GradientOptions['border']): [number, number] {
  if (at > 0 && at < size - 1) return [at - 1, at + 1]
  if (border !== 'mirror' || size === 1) return [at, at]
  return at === 0 ? [1, 1] : [size - 2, size - 2]
}
