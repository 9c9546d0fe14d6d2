/**
 * Bottom-up saliency: what stands out from its surroundings in intensity, colour or orientation. It knows no objects.
 *   F(c, s) = |F(c) (-) F(s)|, centre c in {2, 3, 4}, surround s = c + {3, 4}: 6 + 12 + 24 = 42 feature maps
 *   conspicuity = sum over scales of N(F), at level 4; the four orientations are normalised once more, then summed
 *   S = (N(intensity) + N(colour) + N(orientation)) / 3
 * Reference: L. Itti, C. Koch, E. Niebur, "A model of saliency-based visual attention for rapid scene analysis",
 * IEEE PAMI 20(11), 1998.
 */

import { FoveaError } from '../../error/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { type Channels, channels } from './channels.ts'
import { gabor, orientation } from './gabor.ts'
import { normalize, normalizeApart } from './normalize.ts'
import { enlarge, halve, pyramid } from './pyramid.ts'
import { shrink } from './shrink.ts'

export interface IttiKochOptions {
  /** 'peaks': N(.) of the paper. 'none': the plain sum of the maps, which many summaries describe and which fails. */
  readonly normalization: 'peaks' | 'none'
  /**
   * 'apart' (default): D = (R - G)(c) - (R - G)(s), where N(.) counts the peaks of D > 0 (redder than around) and of D < 0
   * (greener) each on their own, as double-opponent cells do. Not in the paper, whose maps take both for the same: there
   * one red among many green is a peak among equal ones, and is not found.
   * 'difference': |D|. 'paper': as printed, |(R - G)(c) - (G - R)(s)|, which *adds* centre and surround and so answers to
   * any large coloured area.
   */
  readonly opponency: 'apart' | 'difference' | 'paper'
  /** A larger image is first shrunk to this many pixels on its longer side; the paper's images have 640. */
  readonly side: number
}

export const ittiKochDefaults: IttiKochOptions = { normalization: 'peaks', opponency: 'apart', side: 640 }

export type FeatureName = 'intensity' | 'red-green' | 'blue-yellow' | '0' | '45' | '90' | '135'

/** One of the 42 centre-surround differences. */
export interface FeatureMap {
  readonly feature: FeatureName
  readonly centre: number
  readonly surround: number
  /** At the size of level `centre`. */
  readonly map: Plane
  /** (1 - m)^2 of N(.), with opponency 'apart' the larger of the two; 1 with normalization 'none'. */
  readonly gain: number
  readonly maxima: number
}

export interface Conspicuity {
  readonly intensity: Plane
  readonly colour: Plane
  readonly orientation: Plane
}

export interface IttiKoch {
  /** The image that was analysed, after shrinking. */
  readonly image: Image
  readonly channels: Channels
  /** Levels 0 to 8 of intensity, R - G and B - Y; the orientations hold levels 2 to 8 (0 and 1 are not needed). */
  readonly pyramids: Readonly<Record<FeatureName, readonly Plane[]>>
  readonly features: readonly FeatureMap[]
  readonly conspicuity: Conspicuity
  /** N(conspicuity), the three that are averaged, and the gain of each. */
  readonly gains: Readonly<Record<keyof Conspicuity, number>>
  /** At level 4: pixel (x, y) lies at (16 x, 16 y) of `image`. Not negative; all zero where nothing stands out. */
  readonly saliency: Plane
}

const centres = [2, 3, 4] as const
const deltas = [3, 4] as const
const mapLevel = 4
const topLevel = 8
const angles = ['0', '45', '90', '135'] as const

/** Pixels of the image per pixel of the saliency map. */
export const mapStep = 2 ** mapLevel

/** @throws FoveaError FOVEA_IMAGE_TOO_SMALL below 256x128 (level 8 of the pyramid would be empty of structure) */
export function ittiKoch(photograph: Image, options: Partial<IttiKochOptions> = {}): IttiKoch {
  const { normalization, opponency, side } = { ...ittiKochDefaults, ...options }
  const image = shrink(photograph, side, 'Itti-Koch')
  requireSize(image)
  const early = channels(image)
  const pyramids = allPyramids(early)
  const features: FeatureMap[] = []
  const sums = {} as Record<FeatureName, Plane>
  for (const feature of Object.keys(pyramids) as FeatureName[]) {
    const opponent = feature === 'red-green' || feature === 'blue-yellow'
    const sign = opponent && opponency === 'paper' ? 1 : -1
    const found = centreSurround(feature, pyramids[feature], sign)
    const maps = found.map((f) => weigh(f, normalization, opponent && opponency === 'apart'))
    features.push(...maps.map((m) => m.feature))
    sums[feature] = add(maps.map((m) => toMapLevel(m.weighed, m.feature.centre)))
  }
  const n = (plane: Plane) => (normalization === 'peaks' ? normalize(plane) : { map: plane, gain: 1, maxima: 0 })
  const conspicuity: Conspicuity = {
    intensity: sums.intensity,
    colour: add([sums['red-green'], sums['blue-yellow']]),
    orientation: add(angles.map((angle) => n(sums[angle]).map)),
  }
  const last = {
    intensity: n(conspicuity.intensity),
    colour: n(conspicuity.colour),
    orientation: n(conspicuity.orientation),
  }
  const total = add([last.intensity.map, last.colour.map, last.orientation.map])
  const saliency = { ...total, data: total.data.map((v) => v / 3) }
  const gains = { intensity: last.intensity.gain, colour: last.colour.gain, orientation: last.orientation.gain }
  return { image, channels: early, pyramids, features, conspicuity, gains, saliency }
}

function requireSize({ width, height }: Image): void {
  if (Math.max(width, height) >= 256 && Math.min(width, height) >= 128) return
  throw new FoveaError(
    'FOVEA_IMAGE_TOO_SMALL',
    `Itti-Koch compares nine scales and needs at least 256x128 pixels, not ${width}x${height}; enlarge the image first.`,
    { expected: '256x128', got: `${width}x${height}` },
  )
}

function allPyramids(early: Channels): Record<FeatureName, Plane[]> {
  const intensity = pyramid(early.intensity, topLevel)
  const oriented = (degrees: number) => {
    const pair = gabor(degrees)
    return intensity.map((level, n) => (n < centres[0] ? empty : orientation(level, pair)))
  }
  return {
    intensity,
    'red-green': pyramid(subtract(early.red, early.green), topLevel),
    'blue-yellow': pyramid(subtract(early.blue, early.yellow), topLevel),
    '0': oriented(0),
    '45': oriented(45),
    '90': oriented(90),
    '135': oriented(135),
  }
}

const empty: Plane = { width: 0, height: 0, data: new Float32Array(0) }

function centreSurround(feature: FeatureName, levels: readonly Plane[], sign: 1 | -1) {
  return centres.flatMap((centre) =>
    deltas.map((delta) => {
      const c = levels[centre] as Plane
      const s = enlarge(levels[centre + delta] as Plane, c.width, c.height, 2 ** delta)
      const data = c.data.map((v, i) => v + sign * (s.data[i] as number))
      return { feature, centre, surround: centre + delta, signed: { ...c, data } }
    }),
  )
}

type CentreSurround = ReturnType<typeof centreSurround>[number]

function weigh(
  { signed, ...found }: CentreSurround,
  normalization: IttiKochOptions['normalization'],
  apart: boolean,
): { readonly feature: FeatureMap; readonly weighed: Plane } {
  const map = { ...signed, data: signed.data.map(Math.abs) }
  if (normalization === 'none') return { feature: { ...found, map, gain: 1, maxima: 0 }, weighed: map }
  const { map: weighed, gain, maxima } = apart ? normalizeApart(signed) : normalize(map)
  return { feature: { ...found, map, gain, maxima }, weighed }
}

function toMapLevel(plane: Plane, level: number): Plane {
  let map = plane
  for (let n = level; n < mapLevel; n++) map = halve(map)
  return map
}

function subtract(a: Plane, b: Plane): Plane {
  return { ...a, data: a.data.map((v, i) => v - (b.data[i] as number)) }
}

function add(planes: readonly Plane[]): Plane {
  const [first, ...rest] = planes as [Plane, ...Plane[]]
  const data = first.data.slice()
  for (const plane of rest)
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + (plane.data[i] as number)
  return { ...first, data }
}
