/**
 * Search displays: 8x6 bars on a dark ground, one of them odd. Attention finds it at once (pop-out) or must search
 * (conjunction). All colours have the same r + g + b.
 */

import { type Image, type Random, random } from '../../tensor/index.ts'

/** Equally bright, each at one end of an opponent axis: red and green, blue and yellow. */
export const hues = {
  red: [230, 110, 110],
  green: [110, 230, 110],
  blue: [110, 110, 230],
  yellow: [185, 185, 80],
} as const
export type Hue = keyof typeof hues

export const displays = ['colour', 'orientation', 'intensity', 'conjunction'] as const
/** 'colour' is red among blue; any other two hues can be asked for. */
export type Display = (typeof displays)[number] | `${Hue} among ${Hue}`

export interface PopOut {
  readonly image: Image
  /** The centre of the odd bar, in pixels. */
  readonly target: { readonly x: number; readonly y: number }
}

interface Bar {
  readonly degrees: number
  readonly rgb: readonly [number, number, number]
}

const columns = 8
const rows = 6
const cell = 80
const halfLength = 20
const halfWidth = 5
const ground = 60
const bright = [235, 235, 235] as const
const dim = [165, 165, 165] as const

/** 640x480, a function of the seed alone. */
export function popOut(display: Display, seed: number): PopOut {
  const draw = random(seed, Math.max(0, displays.indexOf(display as (typeof displays)[number])))
  const data = new Uint8Array(3 * columns * cell * rows * cell).fill(ground)
  const image = { width: columns * cell, height: rows * cell, data }
  const odd = Math.floor(draw.uniform(0) * columns * rows)
  let target = { x: 0, y: 0 }
  for (let i = 0; i < columns * rows; i++) {
    const x = ((i % columns) + 0.5) * cell + jitter(draw, 4 * i + 4)
    const y = (Math.floor(i / columns) + 0.5) * cell + jitter(draw, 4 * i + 5)
    if (i === odd) target = { x, y }
    paint(image, x, y, bar(display, i === odd, draw.uniform(4 * i + 6) < 0.5))
  }
  return { image, target }
}

const jitter = (draw: Random, index: number) => (draw.uniform(index) - 0.5) * 0.2 * cell

function bar(display: Display, odd: boolean, coin: boolean): Bar {
  if (display === 'colour') return bar('red among blue', odd, coin)
  if (display === 'orientation') return { degrees: odd ? 0 : 90, rgb: bright }
  if (display === 'intensity') return { degrees: 90, rgb: odd ? bright : dim }
  // Red lying and blue standing distractors; the odd one is red and standing: neither colour nor direction is unique.
  if (display === 'conjunction') {
    const lying = !odd && coin
    return { degrees: lying ? 0 : 90, rgb: hues[odd || lying ? 'red' : 'blue'] }
  }
  const [own, others] = display.split(' among ') as [Hue, Hue]
  return { degrees: 90, rgb: hues[odd ? own : others] }
}

/** An antialiased bar: the pixel's share is its distance to the edge. */
function paint(image: Image, cx: number, cy: number, { degrees, rgb }: Bar): void {
  const angle = (degrees * Math.PI) / 180
  const reach = halfLength + 2
  for (let y = Math.floor(cy - reach); y <= cy + reach; y++)
    for (let x = Math.floor(cx - reach); x <= cx + reach; x++) {
      if (x < 0 || y < 0 || x >= image.width || y >= image.height) continue
      const along = Math.abs((x - cx) * Math.cos(angle) - (y - cy) * Math.sin(angle))
      const across = Math.abs((x - cx) * Math.sin(angle) + (y - cy) * Math.cos(angle))
      const share = cover(halfLength - along) * cover(halfWidth - across)
      for (let c = 0; c < 3; c++) {
        const i = 3 * (y * image.width + x) + c
        image.data[i] = Math.round((image.data[i] as number) * (1 - share) + (rgb[c] as number) * share)
      }
    }
}

const cover = (inside: number) => Math.min(1, Math.max(0, inside + 0.5))
