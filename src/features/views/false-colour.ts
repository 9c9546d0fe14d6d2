/**
 * A grey image in borrowed colours: as a thermal camera or an image intensifier would show it. The numbers are brightness:
 * no temperature is measured, and nothing becomes visible that the photograph does not hold.
 */

import { blur, colormap, colorOf, resizePlane } from '../../image/index.ts'
import { type Image, type Plane, random } from '../../tensor/index.ts'
import { grey } from '../grey.ts'
import { requireImage } from '../itti-koch/index.ts'

export interface FalseColour {
  /** Brightness 0..255, before. */
  readonly grey: Plane
  /** The brightness that is coloured, 0..1: stretched (thermal), or lifted, softened and grained (night). */
  readonly tone: Plane
  readonly picture: Image
  /** What lies at tone 0 and 1. */
  readonly range: readonly [number, number]
}

/** Brightness between the darkest and brightest 1 % on an iron scale. A constant image is shown as the scale's middle. */
export function thermal(image: Image): FalseColour {
  requireImage(image, 'A thermal view')
  const plane = grey(image)
  const { tone, range } = stretched(plane)
  const table = colormap('inferno')
  return { grey: plane, tone, picture: paint(tone, (v) => colorOf(table, v, 0, 1)), range }
}

function stretched(plane: Plane): { tone: Plane; range: readonly [number, number] } {
  const sorted = plane.data.slice().sort()
  const low = sorted[Math.floor(0.01 * (sorted.length - 1))] as number
  const high = sorted[Math.ceil(0.99 * (sorted.length - 1))] as number
  const tone = map(plane, (v) => (high > low ? Math.min(1, Math.max(0, (v - low) / (high - low))) : 0.5))
  return { tone, range: [low, high] }
}

export interface NightOptions {
  /** Below 1 lifts the shadows. */
  readonly gamma: number
  /** Standard deviation of the grain as a part of white; stronger in the dark, where few photons arrive. */
  readonly grain: number
  readonly seed: number
}

export const nightDefaults: NightOptions = { gamma: 0.85, grain: 0.06, seed: 1 }

/** Shadows lifted, bright places glowing, grain, darker corners, on the green of a P43 phosphor. */
export function nightVision(image: Image, options: Partial<NightOptions> = {}): FalseColour {
  const { gamma, grain, seed } = { ...nightDefaults, ...options }
  requireImage(image, 'A night-vision view')
  const plane = grey(image)
  const { width, height } = plane
  const { tone: even, range } = stretched(plane)
  const lifted = map(even, (v) => v ** gamma)
  const bright = map(lifted, (v) => Math.max(0, v - 0.75) * 4)
  const small = 256 / Math.max(256, width, height)
  const [w, h] = [Math.max(1, Math.round(width * small)), Math.max(1, Math.round(height * small))]
  const glow = resizePlane(blur(resizePlane(bright, w, h), 0.012 * Math.max(w, h)), width, height)
  const noise = random(seed)
  const tone = map(lifted, (v, i) => {
    const corner =
      ((((i % width) + 0.5) / width) * 2 - 1) ** 2 + (((Math.floor(i / width) + 0.5) / height) * 2 - 1) ** 2
    const lit = v * 0.9 + 0.35 * (glow.data[i] as number)
    const grained = lit + grain * (1.3 - lit) * noise.normal(i)
    return Math.min(1, Math.max(0, grained * (1 - 0.22 * corner)))
  })
  return { grey: plane, tone, picture: paint(tone, phosphor), range }
}

/** Black, green, then towards white: what a saturated phosphor looks like to a camera. */
function phosphor(v: number): [number, number, number] {
  const white = Math.max(0, v - 0.6) / 0.4
  return [255 * (0.3 * v * v + 0.4 * white), 255 * (0.03 + 0.92 * v), 255 * (0.24 * v * v + 0.3 * white)]
}

function map({ width, height, data }: Plane, f: (value: number, index: number) => number): Plane {
  return { width, height, data: data.map(f) }
}

function paint({ width, height, data }: Plane, color: (value: number) => readonly [number, number, number]): Image {
  const out = new Uint8Array(3 * data.length)
  for (let i = 0; i < data.length; i++) out.set(color(data[i] as number), 3 * i)
  return { width, height, data: out }
}
