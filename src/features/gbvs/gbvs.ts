/**
 * Graph-based visual saliency: a walker on the picture is drawn to pixels unlike their neighbourhood; where it spends its
 * time is salient. It favours the centre, because central pixels have more neighbours.
 * Reference: J. Harel, C. Koch, P. Perona, "Graph-based visual saliency", NIPS 2006. Written from the formulas.
 */

import { FoveaError } from '../../error/index.ts'
import { blur, resizePlane } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { channels, gabor, orientation, pyramid, shrink } from '../itti-koch/index.ts'
import { activate, concentrate, type Dissimilarity } from './chain.ts'

export interface GbvsOptions {
  /** 'difference' |M_i - M_j| (the released code's), 'log-ratio' |log(M_i / M_j)| (the paper's formula). */
  readonly dissimilarity: Dissimilarity
  /** How activation is concentrated: 'walk', the second walk of the paper; 'power', A^1.5 as the released code does. */
  readonly concentration: 'walk' | 'power'
  /** Longer side of the map, 8 to 48 pixels: its pixels are the nodes of the graph. */
  readonly nodes: number
  /** Of the proximity F, as a part of the map's mean side. */
  readonly sigma: number
  /** Of the last blur, as a part of the map's width. */
  readonly blur: number
}

export const gbvsDefaults: GbvsOptions = {
  dissimilarity: 'difference',
  concentration: 'walk',
  nodes: 32,
  sigma: 0.15,
  blur: 0.02,
}

export type GbvsChannel = 'intensity' | 'colour' | 'orientation'

export interface GbvsMap {
  readonly channel: GbvsChannel
  readonly feature: string
  readonly level: number
  /** Scaled to [0, 1]. */
  readonly map: Plane
  /** Sums to 1, or all zero for a constant feature map. */
  readonly activation: Plane
  readonly concentrated: Plane
}

export interface Gbvs {
  readonly image: Image
  readonly maps: readonly GbvsMap[]
  /** Mean over the features and levels of a channel. */
  readonly channels: Readonly<Record<GbvsChannel, Plane>>
  /** Of the map's size, in [0, 1]; all zero where nothing differs. */
  readonly saliency: Plane
}

const levels = [2, 3, 4] as const
const smallest = 64

/** @throws FoveaError FOVEA_IMAGE_TOO_SMALL below 64x64; FOVEA_USAGE */
export function gbvs(photograph: Image, options: Partial<GbvsOptions> = {}): Gbvs {
  const settings = { ...gbvsDefaults, ...options }
  check(settings)
  const image = shrink(photograph, 640, 'GBVS')
  if (Math.min(image.width, image.height) < smallest)
    throw new FoveaError(
      'FOVEA_IMAGE_TOO_SMALL',
      `GBVS compares scales down to a sixteenth and needs at least ${smallest}x${smallest} pixels, not ${photograph.width}x${photograph.height}.`,
    )
  const scale = settings.nodes / Math.max(image.width, image.height)
  const width = Math.max(2, Math.round(image.width * scale))
  const height = Math.max(2, Math.round(image.height * scale))
  const sigma = (settings.sigma * (width + height)) / 2
  const maps = features(image).map(({ plane, ...named }): GbvsMap => {
    const map = stretch(resizePlane(plane, width, height))
    const activation = activate(map, sigma, settings.dissimilarity)
    const concentrated = settings.concentration === 'walk' ? concentrate(activation, sigma) : power(activation)
    return { ...named, map, activation, concentrated }
  })
  const mean = (channel: GbvsChannel) => average(maps.filter((m) => m.channel === channel).map((m) => m.concentrated))
  const found = { intensity: mean('intensity'), colour: mean('colour'), orientation: mean('orientation') }
  const total = average([found.intensity, found.colour, found.orientation])
  const saliency = stretch(blur(total, settings.blur * width), 0)
  return { image, maps, channels: found, saliency }
}

function check({ nodes, sigma, blur }: GbvsOptions): void {
  if (!(Number.isInteger(nodes) && nodes >= 8 && nodes <= 48))
    throw new FoveaError('FOVEA_USAGE', `GBVS takes a map of 8 to 48 nodes a side, not ${nodes}.`)
  if (!(sigma > 0 && Number.isFinite(sigma) && blur >= 0 && blur < 1))
    throw new FoveaError('FOVEA_USAGE', `GBVS needs sigma above 0 and blur in [0, 1), not ${sigma} and ${blur}.`)
}

function features(image: Image) {
  const early = channels(image)
  const difference = (a: Plane, b: Plane): Plane => ({ ...a, data: a.data.map((v, i) => v - (b.data[i] as number)) })
  const intensity = pyramid(early.intensity, 4)
  const redGreen = pyramid(difference(early.red, early.green), 4)
  const blueYellow = pyramid(difference(early.blue, early.yellow), 4)
  const oriented = [0, 45, 90, 135].map((degrees) => ({ degrees, pair: gabor(degrees) }))
  return levels.flatMap((level) => {
    const grey = intensity[level] as Plane
    return [
      { channel: 'intensity' as const, feature: 'intensity', level, plane: grey },
      { channel: 'colour' as const, feature: 'red-green', level, plane: redGreen[level] as Plane },
      { channel: 'colour' as const, feature: 'blue-yellow', level, plane: blueYellow[level] as Plane },
      ...oriented.map(({ degrees, pair }) => ({
        channel: 'orientation' as const,
        feature: `${degrees}`,
        level,
        plane: orientation(grey, pair),
      })),
    ]
  })
}

/** To [0, 1]; a constant plane (up to rounding) becomes all zero. */
function stretch(plane: Plane, from?: number): Plane {
  let low = from ?? Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const v of plane.data) {
    if (v < low) low = v
    if (v > high) high = v
  }
  const range = high - low
  const flat = !(range > 1e-6 * Math.max(Math.abs(low), Math.abs(high), from === undefined ? 1e-6 : 0))
  return { ...plane, data: plane.data.map((v) => (flat ? 0 : (v - low) / range)) }
}

function power(plane: Plane): Plane {
  const data = plane.data.map((v) => v ** 1.5)
  const sum = data.reduce((a, b) => a + b, 0)
  return { ...plane, data: data.map((v) => (sum > 0 ? v / sum : 0)) }
}

function average(planes: readonly Plane[]): Plane {
  const first = planes[0] as Plane
  const data = new Float32Array(first.data.length)
  for (const plane of planes)
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + (plane.data[i] as number) / planes.length
  return { ...first, data }
}
