/** The views as pictures: the crop with what it keeps, the false colours beside their photograph. */

import { canvas, dashedFrame, drawImage, overlay } from '../../image/index.ts'
import type { Image, Plane, Rect } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import { paintPlane } from '../paint.ts'
import type { Crop } from './crop.ts'
import type { FalseColour } from './false-colour.ts'

export function cropStages(image: Image, saliency: Plane, crop: Crop): Stage[] {
  const share = crop.kept > 0 ? `${Math.round(100 * crop.kept)} % of what is salient` : 'nothing is salient: the middle'
  const rect = inPixels(crop.rect, image)
  const cut = part(image, rect)
  return [
    { name: 'photograph', caption: `${image.width}x${image.height} pixels`, picture: image },
    { name: 'saliency', caption: 'before the choice', picture: overlay(image, saliency, { kind: 'positive' }) },
    {
      name: 'mass',
      caption: 'what is counted: the map above its mean',
      picture: paintPlane(crop.mass, { width: 320 }),
    },
    { name: 'frame', caption: share, picture: framed(image, rect) },
    { name: 'crop', caption: `${cut.width}x${cut.height} pixels`, picture: cut },
  ]
}

export function falseColourStages(image: Image, heat: FalseColour, night: FalseColour): Stage[] {
  const [low, high] = heat.range
  return [
    { name: 'photograph', caption: `${image.width}x${image.height} pixels`, picture: image },
    { name: 'grey', caption: 'all that both views know', picture: paintPlane(heat.grey, { colors: 'grey', max: 255 }) },
    { name: 'thermal-like', caption: `brightness ${low} to ${high}; no temperature`, picture: heat.picture },
    { name: 'night-vision-like', caption: 'lifted shadows, glow and grain', picture: night.picture },
  ]
}

/** To whole pixels inside the image, at least one. */
export function inPixels(rect: Rect, image: Image): Rect {
  const x = Math.min(image.width - 1, Math.max(0, Math.round(rect.x)))
  const y = Math.min(image.height - 1, Math.max(0, Math.round(rect.y)))
  const width = Math.max(1, Math.min(image.width - x, Math.round(rect.width)))
  const height = Math.max(1, Math.min(image.height - y, Math.round(rect.height)))
  return { x, y, width, height }
}

function part(image: Image, { x, y, width, height }: Rect): Image {
  const target = canvas(width, height, [0, 0, 0])
  drawImage(target, image, -x, -y)
  return target
}

/** The photograph dimmed outside the crop. */
function framed(image: Image, rect: Rect): Image {
  const dimmed = { ...image, data: image.data.map((v) => Math.round(v * 0.4)) }
  drawImage(dimmed, part(image, rect), rect.x, rect.y)
  const thick = Math.max(1, Math.round(image.width / 200))
  dashedFrame(dimmed, rect, 6 * thick, thick)
  return dimmed
}
