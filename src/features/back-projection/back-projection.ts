/**
 * Where are the colours of this sample? Each pixel is replaced by how frequent its colour is in the sample.
 *   direct: b(x) = M(bin(x)) / max M     ratio: b(x) = min(1, M(bin(x)) / I(bin(x)))
 * M and I count the hue-saturation bins of the sample and of the whole image. It knows colours, no shapes; where a place is
 * wanted, b is summed over a disc of the sample's area, and the best disc wins.
 * Reference: M. Swain, D. Ballard, "Color indexing", IJCV 7(1), 1991.
 */

import { FoveaError } from '../../error/index.ts'
import type { Image, Plane, Rect } from '../../tensor/index.ts'
import { shrink } from '../itti-koch/index.ts'
import { type HueSaturation, hueSaturation } from './hue-saturation.ts'

export interface BackProjectionOptions {
  readonly mode: 'direct' | 'ratio'
  readonly hueBins: number
  readonly saturationBins: number
  /** Pixels with a smaller value (0..255) are too dark for a hue and are not counted; OpenCV's tutorial masks so too. */
  readonly darkest: number
  /** A larger image is first shrunk to this many pixels on its longer side: the disc's cost grows with its radius. */
  readonly side: number
}

export const backProjectionDefaults: BackProjectionOptions = {
  mode: 'ratio',
  hueBins: 30,
  saturationBins: 32,
  darkest: 16,
  side: 640,
}

export interface Histogram {
  readonly hueBins: number
  readonly saturationBins: number
  /** `counts[hue * saturationBins + saturation]`. */
  readonly counts: Float64Array
}

export interface BackProjection {
  /** What was analysed, after shrinking; all maps have its size. */
  readonly image: Image
  /** The sample in whole pixels of that image. */
  readonly sampleRect: Rect
  readonly hsv: HueSaturation
  readonly sample: Histogram
  readonly whole: Histogram
  /** b, in [0, 1]; all zero when the sample has no pixel bright enough. */
  readonly likelihood: Plane
  /** b summed over the disc, divided by the disc's area. */
  readonly votes: Plane
  /** Centre of the best disc and its radius, in pixels of the photograph; undefined when no pixel has a sample's colour. */
  readonly found?: { readonly x: number; readonly y: number; readonly radius: number; readonly share: number }
}

/**
 * @param sample the rectangle of the photograph whose colours are looked for, in its pixels
 * @throws FoveaError FOVEA_USAGE when the sample holds no pixel of the image, or for bins below 1
 */
export function backProjection(
  photograph: Image,
  sample: Rect,
  options: Partial<BackProjectionOptions> = {},
): BackProjection {
  const settings = { ...backProjectionDefaults, ...options }
  const image = shrink(photograph, settings.side, 'Back-projection')
  const across = image.width / photograph.width
  const down = image.height / photograph.height
  const hsv = hueSaturation(image)
  const inside = pixelRect(sample, image, across, down)
  const model = countColours(hsv, inside, settings)
  const whole = countColours(hsv, { x: 0, y: 0, width: image.width, height: image.height }, settings)
  const likelihood = project(hsv, model, whole, settings)
  const radius = Math.max(1, Math.sqrt((inside.width * inside.height) / Math.PI))
  const votes = discMean(likelihood, radius)
  const best = votes.data.reduce((at, v, i) => (v > (votes.data[at] as number) ? i : at), 0)
  const share = votes.data[best] as number
  const x = ((best % image.width) + 0.5) / across
  const y = (Math.floor(best / image.width) + 0.5) / down
  const found = { x, y, radius: radius / across, share }
  return { image, sampleRect: inside, hsv, sample: model, whole, likelihood, votes, ...(share > 0 && { found }) }
}

/** In whole pixels of the analysed image; a sample smaller than a pixel takes the pixel it lies in. */
function pixelRect(sample: Rect, image: Image, across: number, down: number): Rect {
  const left = Math.max(0, Math.round(sample.x * across))
  const top = Math.max(0, Math.round(sample.y * down))
  const right = Math.min(image.width, Math.max(left + 1, Math.round((sample.x + sample.width) * across)))
  const bottom = Math.min(image.height, Math.max(top + 1, Math.round((sample.y + sample.height) * down)))
  if (sample.width > 0 && sample.height > 0 && right > left && bottom > top)
    return { x: left, y: top, width: right - left, height: bottom - top }
  const { x, y, width, height } = sample
  throw new FoveaError('FOVEA_USAGE', `The sample ${width}x${height} at (${x}, ${y}) holds no pixel of the image.`)
}

export function countColours(
  hsv: HueSaturation,
  rect: Rect,
  options: Omit<BackProjectionOptions, 'mode' | 'side'>,
): Histogram {
  const { hueBins, saturationBins, darkest } = options
  if (!(Number.isInteger(hueBins) && Number.isInteger(saturationBins)) || hueBins < 1 || saturationBins < 1)
    throw new FoveaError(
      'FOVEA_USAGE',
      `A histogram needs whole numbers of bins from 1, not ${hueBins}x${saturationBins}.`,
    )
  const counts = new Float64Array(hueBins * saturationBins)
  for (let y = rect.y; y < rect.y + rect.height; y++)
    for (let x = rect.x; x < rect.x + rect.width; x++) {
      const i = y * hsv.width + x
      if ((hsv.value[i] as number) < darkest) continue
      const bin = binOf(hsv, i, hueBins, saturationBins)
      counts[bin] = (counts[bin] as number) + 1
    }
  return { hueBins, saturationBins, counts }
}

function binOf(hsv: HueSaturation, i: number, hueBins: number, saturationBins: number): number {
  const hue = Math.floor(((hsv.hue[i] as number) * hueBins) / 180)
  return hue * saturationBins + Math.floor(((hsv.saturation[i] as number) * saturationBins) / 256)
}

function project(
  hsv: HueSaturation,
  sample: Histogram,
  whole: Histogram,
  { mode, darkest }: BackProjectionOptions,
): Plane {
  const peak = sample.counts.reduce((a, b) => Math.max(a, b), 0)
  const value = sample.counts.map((m, bin) => {
    if (m === 0) return 0
    return mode === 'direct' ? m / peak : Math.min(1, m / (whole.counts[bin] as number))
  })
  const data = Float32Array.from(hsv.hue, (_, i) => {
    if ((hsv.value[i] as number) < darkest) return 0
    return value[binOf(hsv, i, sample.hueBins, sample.saturationBins)] as number
  })
  return { width: hsv.width, height: hsv.height, data }
}

/** The mean over a disc around every pixel; outside the image there is nothing. Each row of the disc by a running sum. */
function discMean({ width, height, data }: Plane, radius: number): Plane {
  const sums = new Float64Array((width + 1) * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      sums[y * (width + 1) + x + 1] = (sums[y * (width + 1) + x] as number) + (data[y * width + x] as number)
  const reach = Math.floor(radius)
  const halves = Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.floor(Math.sqrt(radius * radius - (k - reach) ** 2)),
  )
  const area = halves.reduce((sum, half) => sum + 2 * half + 1, 0)
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
        const half = halves[v - y + reach] as number
        const row = v * (width + 1)
        sum += (sums[row + Math.min(width, x + half + 1)] as number) - (sums[row + Math.max(0, x - half)] as number)
      }
      out[y * width + x] = sum / area
    }
  return { width, height, data: out }
}
