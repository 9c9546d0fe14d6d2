/** The stages of Itti-Koch as pictures. */

import { arrow, canvas, circle, disc, drawImage, hex, overlay, resize, text } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import { paintPlane, tiles } from '../paint.ts'
import { type FeatureName, type IttiKoch, mapStep } from './itti-koch.ts'
import { enlarge } from './pyramid.ts'
import type { ScanPath } from './scan-path.ts'

const words: Readonly<Record<FeatureName, string>> = {
  intensity: 'intensity',
  'red-green': 'red-green',
  'blue-yellow': 'blue-yellow',
  '0': 'bars –',
  '45': 'bars /',
  '90': 'bars |',
  '135': 'bars \\',
}

/** Two sheets tell it: before, and after N(.). Both on one scale a feature, so that what N(.) suppresses is dark. */
export function stagesOf(found: IttiKoch, plain: IttiKoch, path: ScanPath): Stage[] {
  const { image, conspicuity, gains } = found
  const over = (name: string, plane: Plane, caption: string): Stage => ({
    name,
    caption,
    picture: overlayMap(image, plane),
  })
  const gain = (key: keyof typeof gains) => `N(.) keeps ${percent(gains[key])}`
  return [
    { name: 'photograph', caption: `${image.width}x${image.height} pixels`, picture: image },
    { name: 'channels', caption: 'intensity and four colours', picture: channelTiles(found) },
    { name: 'pyramid', caption: 'intensity, levels 0 to 8: blurred and halved', picture: pyramidPicture(found) },
    {
      name: 'centre-surround',
      caption: '42 maps |fine − coarse|, each on its own scale',
      picture: featureTiles(found, false),
    },
    {
      name: 'after N(.)',
      caption: 'the same dimmed by N(.): lone peaks stay',
      picture: featureTiles(found, true),
    },
    over('intensity', conspicuity.intensity, gain('intensity')),
    over('colour', conspicuity.colour, gain('colour')),
    over('orientation', conspicuity.orientation, gain('orientation')),
    over('saliency', found.saliency, `mean of the three, greatest value ${most(found.saliency).toFixed(3)}`),
    over('plain average', plain.saliency, 'for comparison: the same maps without N(.)'),
    { name: 'scan path', caption: pathCaption(path), picture: pathPicture(image, path) },
  ]
}

const percent = (v: number) => `${(100 * v).toFixed(v < 0.1 ? 1 : 0)} %`
const most = (plane: Plane) => plane.data.reduce((a, b) => Math.max(a, b), 0)

/** A saliency map of level 4 over its image, each pixel where it belongs. */
export function overlayMap(image: Image, map: Plane): Image {
  return overlay(image, enlarge(map, image.width, image.height, mapStep), { kind: 'positive' })
}

function channelTiles({ image, channels }: IttiKoch): Image {
  const { red, green, blue, yellow } = channels
  const max = Math.max(...[red, green, blue, yellow].map(most))
  const small = (plane: Plane) => paintPlane(plane, { colors: 'grey', max })
  const items = [
    { label: 'photograph', image },
    { label: 'intensity', image: paintPlane(channels.intensity, { colors: 'grey', max: 1 }) },
    { label: 'red', image: small(red) },
    { label: 'green', image: small(green) },
    { label: 'blue', image: small(blue) },
    { label: 'yellow', image: small(yellow) },
  ]
  return tiles(items, 3, 240)
}

/** Level 0 at the left, the smaller ones stacked beside it. */
function pyramidPicture({ pyramids, image }: IttiKoch): Image {
  const levels = pyramids.intensity
  const gap = 6
  const side = levels[1] as Plane
  const tall = levels.slice(1).reduce((sum, { height }) => sum + height + gap, -gap)
  const target = canvas(image.width + gap + side.width, Math.max(image.height, tall), hex('#17191e'))
  let y = 0
  levels.forEach((level, n) => {
    const picture = paintPlane(level, { colors: 'grey', max: 1 })
    drawImage(target, picture, n === 0 ? 0 : image.width + gap, n === 0 ? 0 : y)
    if (n > 0) y += level.height + gap
  })
  return target
}

function featureTiles({ features, image }: IttiKoch, weighed: boolean): Image {
  const items = features.map(({ feature, centre, surround, map, gain }) => {
    const label = weighed ? `${words[feature]} ${percent(gain)}` : `${words[feature]} ${centre}−${surround}`
    const picture = paintPlane(map, { min: 0, width: Math.min(160, image.width) })
    return { label, image: picture, weight: weighed ? Math.sqrt(Math.min(1, gain)) : 1 }
  })
  const order = ['intensity', 'red-green', 'blue-yellow', '0', '45', '90', '135'].flatMap((name) =>
    items.filter((_, i) => features[i]?.feature === name),
  )
  return tiles(order, 6, 128)
}

function pathCaption({ fixations }: ScanPath): string {
  const last = fixations[fixations.length - 1]
  if (!last) return 'nothing stands out: there is nowhere to look first'
  return `${fixations.length} places in ${last.time} ms of the model's time`
}

/** Numbered stations, light on dark, over the photograph dimmed outside the places that were visited. */
function pathPicture(image: Image, { fixations, radius }: ScanPath): Image {
  const zoom = Math.max(1, Math.ceil(640 / image.width))
  const target = resize(image, image.width * zoom, image.height * zoom)
  const step = mapStep * zoom
  const places = fixations.map(({ x, y }) => [x * step, y * step] as const)
  const reach = radius * step
  dimOutside(target, places, reach)
  const unit = target.width / 640
  for (const place of places) {
    circle(target, place, reach, { color: dark, width: 5 * unit, alpha: 0.5 })
    circle(target, place, reach, { color: white, width: 2 * unit })
  }
  places.slice(1).forEach((to, i) => {
    const [from, end] = between(places[i] as Place, to, 15 * unit)
    arrow(target, from, end, { color: dark, width: 6 * unit, alpha: 0.5 }, 16 * unit)
    arrow(target, from, end, { color: white, width: 2.5 * unit }, 13 * unit)
  })
  places.forEach(([x, y], i) => {
    const [cx, cy] = [inside(x, 15 * unit, target.width), inside(y, 15 * unit, target.height)]
    disc(target, [cx, cy], 14 * unit, i === 0 ? hex('#f6c945') : white)
    text(target, cx, cy + 6 * unit, `${i + 1}`, { size: 17 * unit, weight: 'semibold', color: dark, align: 'center' })
  })
  return target
}

type Place = readonly [number, number]
const white = [255, 255, 255] as const
const dark = [16, 17, 20] as const

/** The line between two stations without what lies under their marks. */
function between(a: Place, b: Place, mark: number): [Place, Place] {
  const length = Math.max(1e-9, Math.hypot(b[0] - a[0], b[1] - a[1]))
  const [u, v] = [((b[0] - a[0]) / length) * mark, ((b[1] - a[1]) / length) * mark]
  return [
    [a[0] + u, a[1] + v],
    [b[0] - u, b[1] - v],
  ]
}

const inside = (v: number, margin: number, size: number) => Math.min(size - margin, Math.max(margin, v))

function dimOutside(target: Image, places: readonly Place[], reach: number): void {
  for (let y = 0; y < target.height; y++)
    for (let x = 0; x < target.width; x++) {
      if (places.some(([px, py]) => Math.hypot(x - px, y - py) <= reach)) continue
      for (let c = 0; c < 3; c++) {
        const i = 3 * (y * target.width + x) + c
        target.data[i] = Math.round((target.data[i] as number) * 0.55)
      }
    }
}
