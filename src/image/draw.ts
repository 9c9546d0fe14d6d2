/** Strokes on an Image: lines, arrows, circles, crosses; antialiased, in pixels whose centres lie at half numbers. */

import type { Image } from '../tensor/index.ts'
import { type Color, fillPath } from './canvas.ts'
import type { Point } from './raster.ts'

export interface Stroke {
  readonly color: Color
  /** Pixels across (default 1.5). */
  readonly width?: number
  readonly alpha?: number
}

/** A straight line with flat ends. A line of no length draws nothing. */
export function line(target: Image, from: Point, to: Point, { color, width = 1.5, alpha = 1 }: Stroke): void {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  if (!(length > 0)) return
  const ox = ((to[1] - from[1]) / length) * (width / 2)
  const oy = ((from[0] - to[0]) / length) * (width / 2)
  const outline: Point[] = [
    [from[0] + ox, from[1] + oy],
    [to[0] + ox, to[1] + oy],
    [to[0] - ox, to[1] - oy],
    [from[0] - ox, from[1] - oy],
  ]
  fillPath(target, [outline], color, alpha)
}

/** A line with a filled head of `head` pixels at its end. */
export function arrow(target: Image, from: Point, to: Point, stroke: Stroke, head = 8): void {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  if (!(length > 0)) return
  const ux = (to[0] - from[0]) / length
  const uy = (to[1] - from[1]) / length
  const size = Math.min(head, length)
  const neck: Point = [to[0] - ux * size, to[1] - uy * size]
  line(target, from, neck, stroke)
  const half = size * 0.45
  const tip: Point[] = [to, [neck[0] - uy * half, neck[1] + ux * half], [neck[0] + uy * half, neck[1] - ux * half]]
  fillPath(target, [tip], stroke.color, stroke.alpha ?? 1)
}

/** A ring whose middle lies `radius` from the centre. */
export function circle(target: Image, centre: Point, radius: number, { color, width = 1.5, alpha = 1 }: Stroke): void {
  const outer = ring(centre, radius + width / 2)
  const inner = ring(centre, Math.max(0, radius - width / 2)).reverse()
  fillPath(target, radius > width / 2 ? [outer, inner] : [outer], color, alpha)
}

/** A filled circle. */
export function disc(target: Image, centre: Point, radius: number, color: Color, alpha = 1): void {
  fillPath(target, [ring(centre, radius)], color, alpha)
}

/** An upright cross of two lines, each `size` pixels long. */
export function cross(target: Image, [x, y]: Point, size: number, stroke: Stroke): void {
  line(target, [x - size / 2, y], [x + size / 2, y], stroke)
  line(target, [x, y - size / 2], [x, y + size / 2], stroke)
}

/** The lines between consecutive points. */
export function polyline(target: Image, points: readonly Point[], stroke: Stroke): void {
  points.slice(1).forEach((to, i) => line(target, points[i] as Point, to, stroke))
}

/** A polygon fine enough that it looks round. */
function ring([x, y]: Point, radius: number): Point[] {
  const steps = Math.min(128, Math.max(12, Math.ceil(4 * Math.sqrt(Math.max(radius, 1)) * 2)))
  return Array.from({ length: steps }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / steps
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
  })
}
