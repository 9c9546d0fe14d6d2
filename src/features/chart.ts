/** A line chart on the dark ground of the features' pictures: axes with ticks, series named at their ends. Not a chart library. */

import { type Color, canvas, disc, fill, hex, polyline, text } from '../image/index.ts'
import type { Image } from '../tensor/index.ts'

export interface Axis {
  readonly label: string
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
  /** Equal ratios take equal lengths. */
  readonly logarithmic?: boolean
}

export interface Series {
  readonly label?: string
  readonly color: Color
  readonly points: readonly (readonly [number, number])[]
  /** The label stands beside the point of this index; without it, in the list at the upper right. */
  readonly labelAt?: number
  /** Below that point, not above it. */
  readonly labelBelow?: boolean
  /** `dots`: no line between the points; `steps`: the value holds until the next point. */
  readonly kind?: 'line' | 'dots' | 'steps'
  /** Pixels of a dot or half of a line's width (defaults 4.5 and 1.5). */
  readonly radius?: number
}

const ground = hex('#17191e')
const grid = hex('#2a2e36')
const ink = hex('#aeb4bf')
const size = { width: 720, height: 460 }
const box = { left: 92, top: 24, right: 696, bottom: 380 }
const style = { size: 19, color: ink } as const

export function chart(x: Axis, y: Axis, series: readonly Series[]): Image {
  const target = canvas(size.width, size.height, ground)
  const atX = (v: number) => box.left + share(x, v) * (box.right - box.left)
  const atY = (v: number) => box.bottom - share(y, v) * (box.bottom - box.top)
  for (const tick of y.ticks) {
    fill(target, { x: box.left, y: Math.round(atY(tick)), width: box.right - box.left, height: 1 }, grid)
    text(target, box.left - 10, atY(tick) + 7, format(tick), { ...style, align: 'right' })
  }
  for (const tick of x.ticks) text(target, atX(tick), box.bottom + 26, format(tick), { ...style, align: 'center' })
  text(target, (box.left + box.right) / 2, size.height - 18, x.label, { ...style, align: 'center' })
  text(target, box.left + 8, box.top + 14, y.label, style)
  for (const { color, points, kind = 'line', radius } of series) {
    const stroke = { color, width: 2 * (radius ?? 1.5) }
    const places = points.map(([u, v]) => [atX(u), atY(v)] as const)
    if (kind === 'line') polyline(target, places, stroke)
    if (kind === 'steps')
      polyline(
        target,
        places.flatMap((p, i) => (i === 0 ? [p] : [[p[0], (places[i - 1] ?? p)[1]] as const, p])),
        stroke,
      )
    if (kind === 'dots') for (const place of places) disc(target, place, radius ?? 4.5, color)
  }
  let row = 0
  for (const { label, color, points, labelAt, labelBelow } of series) {
    if (!label) continue
    const [u, v] = points[labelAt ?? -1] ?? [x.max, y.max]
    const place =
      labelAt === undefined ? [box.right - 4, box.top + 18 + 28 * row++] : [atX(u), atY(v) + (labelBelow ? 28 : -12)]
    const align = atX(u) > box.right - 150 ? 'right' : 'left'
    text(target, place[0] as number, place[1] as number, label, { ...style, color, align })
  }
  return target
}

function share({ min, max, logarithmic }: Axis, value: number): number {
  return logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
}

const format = (value: number) => String(Number(value.toPrecision(4))).replace('-', '−')

/** Round numbers from 0 up to about `max`, four or five of them. */
export function roundTicks(max: number): number[] {
  const raw = max / 4
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 2.5, 5, 10].find((s) => s * power >= raw) ?? 10) * power
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, i) => i * step)
}
