/**
 * The same shape at several scales: Koch's snowflake has 192 corners at its third order; seen through a Gaussian as wide
 * as its smallest edges it has the 48 of the second, wider still the 12 of the first. Counts them on the blurred outline.
 */

import { canvas, fillPath } from '../../image/index.ts'
import type { Plane } from '../../tensor/index.ts'
import { openPlanes } from '../wasm/index.ts'
import { gaussianKernel } from './gaussian-kernel.ts'

type Point = readonly [number, number]

/** The snowflake's corners, 3 * 4^order of them, clockwise as seen, `radius` around `centre`. */
export function koch(order: number, centre: Point, radius: number): Point[] {
  const at = (degrees: number): Point => [
    centre[0] + radius * Math.sin((degrees * Math.PI) / 180),
    centre[1] - radius * Math.cos((degrees * Math.PI) / 180),
  ]
  let corners = [at(0), at(120), at(240)]
  for (let i = 0; i < order; i++)
    corners = corners.flatMap((a, j) => {
      const b = corners[(j + 1) % corners.length] as Point
      const [dx, dy] = [(b[0] - a[0]) / 3, (b[1] - a[1]) / 3]
      const tip: Point = [a[0] + 1.5 * dx + (Math.sqrt(3) / 2) * dy, a[1] + 1.5 * dy - (Math.sqrt(3) / 2) * dx]
      return [a, [a[0] + dx, a[1] + dy], tip, [a[0] + 2 * dx, a[1] + 2 * dy]]
    })
  return corners
}

/** The filled snowflake of order 3 as a square plane of `size` pixels, 1 inside, 0 outside, the exact area at its edge. */
export function snowflake(size: number, order = 3): Plane {
  const image = canvas(size, size, [0, 0, 0])
  fillPath(image, [koch(order, [size / 2, size / 2], 0.47 * size)], [255, 255, 255])
  return {
    width: size,
    height: size,
    data: Float32Array.from({ length: size * size }, (_, i) => (image.data[3 * i] as number) / 255),
  }
}

/** A plane blurred by one Gaussian of up to 63 pixels. */
export function blurred(plane: Plane, sigma: number): Plane {
  const kernel = gaussianKernel(sigma)
  const planes = openPlanes([plane, plane], kernel.length - 1)
  const from = planes.plane(plane.width, plane.height)
  const to = planes.plane(plane.width, plane.height)
  from.data.set(plane.data)
  planes.blur(from, to, null, kernel)
  return to
}
