/**
 * Canny's edges: the gradient, thinned to its ridges, kept where strong or joined to something strong. Not a line finder.
 *   (dx, dy) = Sobel 3x3 of the (smoothed) plane, edges replicated
 *   m = |dx| + |dy| ('l1') or sqrt(dx^2 + dy^2) ('l2')
 *   ridge: m > low and not below its two neighbours along the gradient (four directions, sectors of 45 degrees)
 *   edge: a ridge with m > high, or an 8-connected chain of ridges that reaches one
 * Reference: J. Canny, "A computational approach to edge detection", IEEE PAMI 8(6), 1986. On whole-numbered planes the
 * result is OpenCV's `Canny(aperture 3)` to the pixel: OpenCV does not smooth, hence sigma 0 here; 1.4 is customary.
 */

import { FoveaError } from '../../error/index.ts'
import { blur } from '../../image/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { checkPlane } from '../grey.ts'

export interface CannyOptions {
  /** on the scale of `m`: a step of one grey level gives 4 ('l1', upright edge) */
  readonly low: number
  readonly high: number
  readonly norm: 'l1' | 'l2'
  /** standard deviation of the Gaussian before the gradient, in pixels; 0 for none */
  readonly sigma: number
}

export const cannyDefaults: CannyOptions = { low: 80, high: 200, norm: 'l1', sigma: 0 }

/** What a pixel is after thinning. */
export const ridge = { none: 0, weak: 1, strong: 2 } as const

export interface Canny {
  readonly width: number
  readonly height: number
  /** what the gradient was taken of */
  readonly smooth: Plane
  /** Sobel derivatives, +x to the right, +y down */
  readonly dx: Float32Array
  readonly dy: Float32Array
  readonly magnitude: Plane
  /** `ridge` of each pixel */
  readonly ridges: Uint8Array
  /** 1 on edges, 0 elsewhere */
  readonly edges: Uint8Array
  readonly counts: { readonly weak: number; readonly strong: number; readonly edges: number }
}

/**
 * @param plane grey values, 0..255 for the default thresholds
 * @throws FoveaError FOVEA_USAGE for thresholds that are not 0 <= low <= high, FOVEA_NOT_FINITE, FOVEA_IMAGE_TOO_LARGE
 */
export function canny(plane: Plane, options: Partial<CannyOptions> = {}): Canny {
  const { low, high, norm, sigma } = { ...cannyDefaults, ...options }
  checkPlane(plane, 'Canny')
  if (!(low >= 0 && low <= high))
    throw new FoveaError('FOVEA_USAGE', `Canny needs 0 <= low <= high, not low ${low} and high ${high}.`)
  const smooth = sigma === 0 ? plane : blur(plane, sigma)
  const { dx, dy } = sobel(smooth)
  return { smooth, ...edgesOf(plane.width, plane.height, dx, dy, { low, high, norm }) }
}

/** The part of Canny after the gradient, for callers that already have one. */
export function edgesOf(
  width: number,
  height: number,
  dx: Float32Array,
  dy: Float32Array,
  { low, high, norm }: Pick<CannyOptions, 'low' | 'high' | 'norm'>,
): Omit<Canny, 'smooth'> {
  const m = new Float32Array(width * height)
  for (let i = 0; i < m.length; i++) {
    const x = dx[i] as number
    const y = dy[i] as number
    m[i] = norm === 'l2' ? Math.sqrt(x * x + y * y) : Math.abs(x) + Math.abs(y)
  }
  const ridges = thin(width, height, dx, dy, m, low, high)
  const edges = join(width, height, ridges)
  const counts = { weak: count(ridges, ridge.weak), strong: count(ridges, ridge.strong), edges: count(edges, 1) }
  return { width, height, dx, dy, magnitude: { width, height, data: m }, ridges, edges, counts }
}

const count = (values: Uint8Array, wanted: number) => values.reduce((n, value) => n + (value === wanted ? 1 : 0), 0)

/** [-1 0 1] x [1 2 1], edges replicated. */
export function sobel({ width, height, data }: Plane): { dx: Float32Array; dy: Float32Array } {
  const dx = new Float32Array(data.length)
  const dy = new Float32Array(data.length)
  for (let y = 0; y < height; y++) {
    const here = y * width
    const above = Math.max(0, y - 1) * width
    const below = Math.min(height - 1, y + 1) * width
    for (let x = 0; x < width; x++) {
      const left = x === 0 ? 0 : x - 1
      const right = x === width - 1 ? x : x + 1
      const nw = data[above + left] as number
      const ne = data[above + right] as number
      const sw = data[below + left] as number
      const se = data[below + right] as number
      dx[here + x] = ne - nw + 2 * ((data[here + right] as number) - (data[here + left] as number)) + se - sw
      dy[here + x] = sw - nw + 2 * ((data[below + x] as number) - (data[above + x] as number)) + se - ne
    }
  }
  return { dx, dy }
}

/** tan 22.5 degrees in 15 bits, OpenCV's constant; 67.5 degrees is the same plus two. */
const tan22 = 13573 / 32768

/**
 * Non-maximum suppression. Of two equal pixels side by side the first (left, top) stays, on a diagonal neither. Outside the picture the magnitude is 0.
 */
function thin(
  width: number,
  height: number,
  dx: Float32Array,
  dy: Float32Array,
  m: Float32Array,
  low: number,
  high: number,
): Uint8Array {
  const out = new Uint8Array(m.length)
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : (m[y * width + x] as number))
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const here = m[i] as number
      if (here <= low) continue
      const gx = dx[i] as number
      const gy = dy[i] as number
      const across = Math.abs(gx) * tan22
      const up = Math.abs(gy)
      let top: boolean
      if (up < across) top = here > at(x - 1, y) && here >= at(x + 1, y)
      else if (up > across + 2 * Math.abs(gx)) top = here > at(x, y - 1) && here >= at(x, y + 1)
      else {
        const side = gx < 0 !== gy < 0 ? -1 : 1
        top = here > at(x - side, y - 1) && here > at(x + side, y + 1)
      }
      if (top) out[i] = here > high ? ridge.strong : ridge.weak
    }
  return out
}

/** Hysteresis: everything weak that hangs on something strong. */
function join(width: number, height: number, ridges: Uint8Array): Uint8Array {
  const edges = new Uint8Array(ridges.length)
  const open: number[] = []
  for (let i = 0; i < ridges.length; i++) {
    if (ridges[i] !== ridge.strong) continue
    edges[i] = 1
    open.push(i)
  }
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    const x = i % width
    const y = (i - x) / width
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const next = v * width + u
        if (edges[next] || ridges[next] === ridge.none) continue
        edges[next] = 1
        open.push(next)
      }
  }
  return edges
}
