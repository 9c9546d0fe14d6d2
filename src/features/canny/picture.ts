/** The stages of Canny as pictures. */

import { type Color, canvas, drawImage } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { Stage } from '../feature.ts'
import { paintPlane } from '../paint.ts'
import { type Canny, ridge } from './canny.ts'

export function stagesOf(image: Image, found: Canny): Stage[] {
  const { smooth, magnitude, counts } = found
  const share = (n: number) => `${((100 * n) / (image.width * image.height)).toFixed(1)} %`
  const clip = percentile(magnitude.data, 0.995)
  return [
    { name: 'photograph', caption: `${image.width}x${image.height} pixels`, picture: image },
    {
      name: 'smoothed',
      caption: 'grey, what the gradient is taken of',
      picture: paintPlane(smooth, { colors: 'grey', min: 0, max: 255 }),
    },
    {
      name: 'magnitude',
      caption: `length of the gradient, 0 to ${clip.toFixed(0)} (99.5 % clip)`,
      picture: paintPlane(magnitude, { min: 0, max: clip }),
    },
    {
      name: 'direction',
      caption: 'hue: direction (see the wheel); bright: long',
      picture: directionPicture(found.width, found.height, found.dx, found.dy),
    },
    {
      name: 'ridges',
      caption: `thinned: ${counts.strong} strong (white), ${counts.weak} weak (amber)`,
      picture: ridgePicture(found),
    },
    {
      name: 'edges',
      caption: `strong, and what hangs on it: ${counts.edges} pixels, ${share(counts.edges)}`,
      picture: maskPicture(found.width, found.height, found.edges),
    },
    {
      name: 'over the photograph',
      caption: 'the same edges where they belong',
      picture: edgesOver(image, found.edges),
    },
  ]
}

const white: Color = [255, 255, 255]

/** Weak ridges in amber, strong ones in white, on black. */
export function ridgePicture({ width, height, ridges }: Canny): Image {
  const picture = canvas(width, height, [0, 0, 0])
  const colors: readonly (Color | undefined)[] = [undefined, [214, 137, 16], white]
  for (let i = 0; i < ridges.length; i++) {
    const color = colors[ridges[i] as number]
    if (ridges[i] !== ridge.none && color) picture.data.set(color, 3 * i)
  }
  return picture
}

/** White where the mask is set. */
export function maskPicture(width: number, height: number, mask: Uint8Array): Image {
  const picture = canvas(width, height, [0, 0, 0])
  for (let i = 0; i < mask.length; i++) if (mask[i]) picture.data.set(white, 3 * i)
  return picture
}

/** Edges in yellow on the photograph, dimmed. */
export function edgesOver(image: Image, edges: Uint8Array): Image {
  const data = image.data.map((value) => Math.round(value * 0.45))
  for (let i = 0; i < edges.length; i++) if (edges[i]) data.set([255, 222, 89], 3 * i)
  return { ...image, data }
}

/** Hue is the direction of the gradient (0 to the right, turning clockwise), brightness its length; a wheel is the key. */
export function directionPicture(width: number, height: number, dx: Float32Array, dy: Float32Array): Image {
  const lengths = dx.map((x, i) => Math.hypot(x, dy[i] as number))
  const full = percentile(lengths, 0.99) || 1
  const picture = canvas(width, height, [0, 0, 0])
  for (let i = 0; i < lengths.length; i++)
    picture.data.set(hue(dx[i] as number, dy[i] as number, (lengths[i] as number) / full), 3 * i)
  const side = Math.min(72, Math.floor(Math.min(width, height) / 4))
  if (side >= 24) drawWheel(picture, width - side - 8, height - side - 8, side)
  return picture
}

function drawWheel(target: Image, left: number, top: number, side: number): void {
  const wheel = canvas(side, side, [16, 17, 20])
  const middle = (side - 1) / 2
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const radius = Math.hypot(x - middle, y - middle) / (side / 2 - 3)
      if (radius <= 1) wheel.data.set(hue(x - middle, y - middle, radius), 3 * (y * side + x))
    }
  drawImage(target, wheel, left, top, 6)
}

function hue(x: number, y: number, brightness: number): Color {
  const turn = ((Math.atan2(y, x) / (2 * Math.PI) + 1) % 1) * 6
  const value = 255 * Math.sqrt(Math.min(1, brightness))
  const channel = (shift: number) => {
    const at = (turn + shift) % 6
    return Math.round(value * (1 - Math.max(0, Math.min(1, at, 4 - at))))
  }
  return [channel(5), channel(3), channel(1)]
}

function percentile(values: Float32Array, share: number): number {
  const sorted = values.slice().sort()
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}
