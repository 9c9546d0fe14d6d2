/** The stages of back-projection as pictures. */

import { type Color, canvas, circle, dashedFrame, hex, overlay, scaleOf } from '../../image/index.ts'
import type { Image, Rect } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import { tiles } from '../paint.ts'
import type { BackProjection, Histogram } from './back-projection.ts'

export function stagesOf(found: BackProjection, zoom: number): Stage[] {
  const { image } = found
  const likelihood = likelihoodPicture(found)
  const share = found.found
    ? `best disc: mean likelihood ${found.found.share.toFixed(2)}`
    : 'no pixel has these colours'
  return [
    {
      name: 'sample',
      caption: 'the colours of the framed part are looked for',
      picture: framed(image, found.sampleRect),
    },
    { name: 'hue', caption: 'full colours; grey where there is none', picture: pureHues(found) },
    {
      name: 'histograms',
      caption: 'hue to the right, saturation upwards',
      picture: tiles(
        [
          { label: 'sample', image: histogramPicture(found.sample) },
          { label: 'whole image', image: histogramPicture(found.whole) },
        ],
        1,
        480,
      ),
    },
    {
      name: 'likelihood',
      caption: likelihood.caption,
      picture: likelihood.picture,
    },
    {
      name: 'votes',
      caption: "mean over a disc of the sample's area",
      picture: overlay(image, found.votes, { kind: 'positive' }),
    },
    { name: 'found', caption: share, picture: foundPicture(found, zoom) },
  ]
}

/** A few rare colours reach far higher than the rest: the scale ends where 99 % of the pixels lie, if that says anything. */
function likelihoodPicture({ image, likelihood }: BackProjection): { picture: Image; caption: string } {
  const clipped = scaleOf(likelihood, { kind: 'positive', clip: 0.99 }).max
  const max = clipped > 0 ? clipped : scaleOf(likelihood, { kind: 'positive' }).max
  const picture = overlay(image, likelihood, { kind: 'positive', contour: false, max })
  return { picture, caption: `0 to ${max.toPrecision(2)}${clipped > 0 ? ' (99 % clip)' : ''}: what each colour says` }
}

function framed(image: Image, sample: Rect): Image {
  const target = { ...image, data: image.data.slice() }
  const thick = Math.max(1, Math.round(image.width / 200))
  dashedFrame(target, sample, 6 * thick, thick)
  return target
}

/** @param zoom pixels of the picture per pixel of the photograph */
function foundPicture({ image, found }: BackProjection, zoom: number): Image {
  const target = { ...image, data: image.data.slice() }
  if (!found) return target
  const unit = Math.max(1, image.width / 320)
  circle(target, [found.x * zoom, found.y * zoom], found.radius * zoom, {
    color: [16, 17, 20],
    width: 5 * unit,
    alpha: 0.5,
  })
  circle(target, [found.x * zoom, found.y * zoom], found.radius * zoom, { color: [255, 255, 255], width: 2 * unit })
  return target
}

/** Each pixel's hue at its saturation and full value. */
function pureHues({ hsv }: BackProjection): Image {
  const { width, height } = hsv
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < width * height; i++)
    data.set(rgbOf((hsv.hue[i] as number) * 2, (hsv.saturation[i] as number) / 255, 0.9), 3 * i)
  return { width, height, data }
}

/** Cells in their own colour, as bright as the logarithm of their count. */
function histogramPicture({ hueBins, saturationBins, counts }: Histogram): Image {
  const cell = { x: Math.max(1, Math.round(480 / hueBins)), y: Math.max(1, Math.round(192 / saturationBins)) }
  const target = canvas(hueBins * cell.x, saturationBins * cell.y, hex('#17191e'))
  const most = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 0))
  for (let y = 0; y < target.height; y++)
    for (let x = 0; x < target.width; x++) {
      const h = Math.floor(x / cell.x)
      const s = saturationBins - 1 - Math.floor(y / cell.y)
      const count = counts[h * saturationBins + s] as number
      if (count === 0) continue
      const value = 0.25 + (0.75 * Math.log1p(count)) / most
      target.data.set(rgbOf(((h + 0.5) * 360) / hueBins, (s + 0.5) / saturationBins, value), 3 * (y * target.width + x))
    }
  return target
}

/** @param hue degrees */
function rgbOf(hue: number, saturation: number, value: number): Color {
  const channel = (n: number) => {
    const k = (n + hue / 60) % 6
    return Math.round(255 * value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1))))
  }
  return [channel(5), channel(3), channel(1)]
}
