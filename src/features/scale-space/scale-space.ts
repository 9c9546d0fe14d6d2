/**
 * Gaussian scale space: the image at ever larger blur, octave by octave, and the differences between neighbours.
 *
 *   L(x, y, s) = G(s) * I        D = L(k s) - L(s)        k = 2^(1/S)
 *
 * An octave holds S+3 Gaussian and S+2 DoG planes; the next one begins with plane S (twice the first one's sigma), every
 * second pixel of it. D is nearly (k - 1) sigma^2 times the Laplacian (Lowe, IJCV 60, 2004, section 3).
 */

import { FoveaError } from '../../error/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { roundEven } from '../round-even.ts'
import { bestEngine, type Doubling, type Engine, openPlanes, type Planes } from '../wasm/index.ts'
import { gaussianKernel } from './gaussian-kernel.ts'
import { type Filled, type Lease, lease } from './lease.ts'

export interface ScaleSpaceOptions {
  /** S, the levels in which the scale doubles (default 3). */
  readonly layers?: number
  /** The first level's sigma in samples of its octave (default 1.6). */
  readonly sigma?: number
  /** The blur that the image is taken to have already, in its pixels (default 0.5). */
  readonly blur?: number
  /**
   * What the first octave samples. `aligned` (default): the image doubled, sample i at pixel i/2. `opencv`: doubled by
   * cv2.resize, sample i at pixel i/2 - 1/4, its reports' bias of +0.25 px. `none`: the image's own pixels.
   */
  readonly upsample?: 'aligned' | 'opencv' | 'none'
  /** At most so many octaves (default: until the short side has about 4 samples). */
  readonly octaves?: number
  readonly engine?: Engine
}

/** Its planes are computed once more if another scale space was made before they were first read; see lease.ts. */
export interface Octave {
  /** Pixels of the image between two samples: 0.5, 1, 2 … */
  readonly step: number
  /** The blur of each Gaussian plane in pixels of the image. */
  readonly sigmas: readonly number[]
  readonly gaussian: readonly Plane[]
  readonly difference: readonly Plane[]
}

export interface ScaleSpace {
  readonly layers: number
  readonly sigma: number
  /** The image's x (and y) of sample 0, the same in every octave: x = origin + step * column. */
  readonly origin: number
  readonly octaves: readonly Octave[]
  readonly engine: Engine
}

const mostBytes = 2 ** 31

/**
 * `aligned`: sample 2i is pixel i, the one between is (-1 9 9 -1) / 16 of the four around it, a filter of variance 0, so
 * that doubling adds no blur. `opencv`: bilinear at half-pixel centres, which adds a variance of 3/4 that OpenCV leaves out.
 */
const doublings: Readonly<Record<'aligned' | 'opencv', Doubling>> = {
  aligned: { weights: [0, 1, -1 / 16, 9 / 16, 9 / 16, -1 / 16], mirror: true },
  opencv: { weights: [0.25, 0.75, 0, 0.75, 0.25, 0], mirror: false },
}

/**
 * @param plane grey values, any range, all finite
 * @throws FoveaError FOVEA_IMAGE (no pixels), FOVEA_NOT_FINITE, FOVEA_IMAGE_TOO_LARGE (over 2 GiB), FOVEA_USAGE
 */
export function scaleSpace(plane: Plane, options: ScaleSpaceOptions = {}): ScaleSpace {
  check(plane, options)
  const { layers = 3, sigma = 1.6, upsample = 'aligned', engine = bestEngine() } = options
  const own = { ...plane, data: plane.data.slice() }
  const planes = lease(() => fill(own, { ...options, engine }))
  const octaves = octaveSizes(plane, options).map((_, o): Octave => {
    const step = (upsample === 'none' ? 1 : 0.5) * 2 ** o
    return {
      step,
      sigmas: Array.from({ length: layers + 3 }, (_, i) => step * sigma * 2 ** (i / layers)),
      get gaussian() {
        return planes.keep().octaves[o]?.gaussian ?? []
      },
      get difference() {
        return planes.keep().octaves[o]?.difference ?? []
      },
    }
  })
  const space = { layers, sigma, origin: upsample === 'opencv' ? -0.25 : 0, octaves, engine }
  leases.set(space, planes)
  planes.borrow(() => {})
  return space
}

const leases = new WeakMap<ScaleSpace, Lease>()

/** What `borrow` lends: the octaves, and the loops that run in their memory. */
export interface Borrowed {
  readonly planes: Planes
  readonly octaves: readonly Octave[]
}

/**
 * Reads a scale space without keeping its planes: their memory (200 MiB for a megapixel) then serves the next one, which
 * is twice as fast for it. The planes must not be used after `use` has returned.
 */
export function borrow<T>(space: ScaleSpace, use: (borrowed: Borrowed) => T): T {
  return (leases.get(space) as Lease).borrow(({ planes, octaves }) =>
    use({ planes, octaves: space.octaves.map(({ step, sigmas }, o) => ({ step, sigmas, ...at(octaves, o) })) }),
  )
}

const at = <T>(list: readonly T[], i: number) => list[i] as T

/** Computes every plane, in one memory. */
function fill(plane: Plane, options: ScaleSpaceOptions): Filled {
  const { layers = 3, sigma = 1.6, upsample = 'aligned', engine } = options
  const kernels = levelIncrements(layers, sigma).map(gaussianKernel)
  const first = gaussianKernel(firstBlur(options))
  const sizes = octaveSizes(plane, options)
  const each = sizes.flatMap((size) => Array.from({ length: 2 * layers + 5 }, () => size))
  const radius = Math.max(first.length, ...kernels.map((kernel) => kernel.length)) - 1
  const planes = openPlanes([plane, ...each], radius, engine)
  const octaves = sizes.map(({ width, height }) => {
    const make = (count: number) => Array.from({ length: count }, () => planes.plane(width, height))
    return { gaussian: make(layers + 3), difference: make(layers + 2) }
  })

  const source = planes.plane(plane.width, plane.height)
  const doubled = upsample === 'none' ? source : (octaves[0]?.difference[0] as Plane)
  source.data.set(plane.data)
  if (upsample !== 'none') planes.enlarge(source, doubled, doublings[upsample])
  octaves.forEach(({ gaussian, difference }, o) => {
    const base = gaussian[0] as Plane
    const before = octaves[o - 1]
    if (before) decimate(before.gaussian[layers] as Plane, base)
    else planes.blur(doubled, base, null, first)
    kernels.forEach((kernel, i) => {
      planes.blur(gaussian[i] as Plane, gaussian[i + 1] as Plane, difference[i] as Plane, kernel)
    })
  })
  return { planes, octaves }
}

/**
 * The pixels (row * width + column) of DoG plane `layer` (1 … S) of an octave that are extreme among their 26 neighbours
 * in space and scale and lie beyond ±threshold; equal neighbours are allowed. `border` (>= 1) samples are left out.
 */
export function scaleExtrema(
  space: ScaleSpace,
  octave: number,
  layer: number,
  border: number,
  threshold: number,
): Int32Array {
  return borrow(space, ({ planes, octaves }) => {
    const [below, at, above] = octaves[octave]?.difference.slice(layer - 1, layer + 2) ?? []
    if (!below || !at || !above)
      throw new FoveaError('FOVEA_USAGE', `There is no layer ${layer} with neighbours in octave ${octave}.`)
    return planes.extrema(below, at, above, border, threshold)
  })
}

/** From one level to the next: sigma_i = sigma sqrt(k^(2i) - k^(2(i-1))), i = 1 … S+2. */
export function levelIncrements(layers: number, sigma: number): readonly number[] {
  const at = (i: number) => sigma * 2 ** (i / layers)
  return Array.from({ length: layers + 2 }, (_, i) => Math.sqrt(at(i + 1) ** 2 - at(i) ** 2))
}

/** What is missing from the blur that the image has (twice as many samples once it is doubled) to the first level's. */
function firstBlur({ sigma = 1.6, blur = 0.5, upsample }: ScaleSpaceOptions): number {
  const has = upsample === 'none' ? blur : 2 * blur
  return Math.sqrt(Math.max(sigma ** 2 - has ** 2, 0.01))
}

/** Each octave's size in samples; halves are cut down, and there is always one octave. */
function octaveSizes({ width, height }: Plane, { upsample, octaves }: ScaleSpaceOptions) {
  const doubled = upsample === 'none' ? 0 : 1
  const short = Math.min(width, height) * 2 ** doubled
  const natural = Math.max(1, roundEven(Math.log2(short) - 2) + doubled)
  const size = (side: number, o: number) => Math.floor((side * 2 ** doubled) / 2 ** o)
  return Array.from({ length: Math.min(natural, octaves ?? natural) }, (_, o) => ({
    width: size(width, o),
    height: size(height, o),
  }))
}

function decimate(from: Plane, to: Plane): void {
  for (let y = 0, out = 0; y < to.height; y++)
    for (let x = 0, at = 2 * y * from.width; x < to.width; x++, at += 2) to.data[out++] = from.data[at] as number
}

function check(plane: Plane, { layers = 3, sigma = 1.6, blur = 0.5, upsample, octaves = 1 }: ScaleSpaceOptions): void {
  const { width, height, data } = plane
  if (!(width >= 1 && height >= 1 && data.length === width * height))
    throw new FoveaError('FOVEA_IMAGE', `A ${width}x${height} plane with ${data.length} values has no scale space.`)
  if (!(Number.isInteger(layers) && layers >= 1 && layers <= 16))
    throw new FoveaError('FOVEA_USAGE', `layers must be a whole number from 1 to 16, not ${layers}.`)
  if (!(Number.isInteger(octaves) && octaves >= 1))
    throw new FoveaError('FOVEA_USAGE', `octaves must be a whole number from 1 up, not ${octaves}.`)
  if (!(sigma >= 0.5 && sigma <= 16 && blur >= 0 && blur <= 16))
    throw new FoveaError('FOVEA_USAGE', `sigma must lie in 0.5 … 16 and blur in 0 … 16, not ${sigma} and ${blur}.`)
  const samples = (upsample === 'none' ? 1 : 4) * width * height
  const bytes = 4 * samples * (4 / 3) * (2 * layers + 5)
  if (bytes > mostBytes)
    throw new FoveaError(
      'FOVEA_IMAGE_TOO_LARGE',
      `The scale space of a ${width}x${height} image fills ${(bytes / 2 ** 30).toFixed(1)} GiB, more than 2; ` +
        `shrink the image${upsample === 'none' ? '' : " or do not double it (upsample 'none', SIFT's double false)"}.`,
    )
  const bad = firstNonFinite(data)
  if (bad >= 0)
    throw new FoveaError(
      'FOVEA_NOT_FINITE',
      `The plane holds ${data[bad]} at pixel (${bad % width}, ${Math.floor(bad / width)}); replace it before blurring.`,
    )
}

function firstNonFinite(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i
  return -1
}
