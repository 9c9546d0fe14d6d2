/** Drawing on an Image: rectangles, pictures, outlines, dashes. Colours are sRGB; the canvas is changed in place. */

import type { Image, Rect } from '../tensor/index.ts'
import { type Coverage, cover, type Point } from './raster.ts'

export type Color = readonly [number, number, number]

/** A picture of one colour to draw on. */
export function canvas(width: number, height: number, color: Color): Image {
  const data = new Uint8Array(3 * width * height)
  data.set(color)
  for (let done = 3; done < data.length; done *= 2) data.copyWithin(done, 0, done)
  return { width, height, data }
}

/** `#16181d` as a colour. */
export function hex(text: string): Color {
  const value = Number.parseInt(text.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

function blend(target: Image, x: number, y: number, color: Color, alpha: number): void {
  if (x < 0 || y < 0 || x >= target.width || y >= target.height) return
  const at = 3 * (y * target.width + x)
  for (let c = 0; c < 3; c++) {
    const old = target.data[at + c] as number
    target.data[at + c] = Math.round(old + ((color[c] as number) - old) * alpha)
  }
}

/** Fills a rectangle of whole pixels; what lies outside the canvas is dropped. */
export function fill(target: Image, { x, y, width, height }: Rect, color: Color, alpha = 1): void {
  for (let row = Math.max(0, y); row < Math.min(target.height, y + height); row++)
    for (let column = Math.max(0, x); column < Math.min(target.width, x + width); column++)
      blend(target, column, row, color, alpha)
}

/** Fills closed outlines, antialiased. */
export function fillPath(target: Image, outlines: readonly (readonly Point[])[], color: Color, alpha = 1): void {
  stamp(target, cover(outlines), color, alpha)
}

export function stamp(target: Image, coverage: Coverage, color: Color, alpha = 1): void {
  const { x, y, width, height, data } = coverage
  const [from, to] = [Math.max(0, -x), Math.min(width, target.width - x)]
  for (let row = Math.max(0, -y); row < Math.min(height, target.height - y); row++)
    for (let column = from; column < to; column++) {
      const covered = data[row * width + column] as number
      if (covered > 0) blend(target, x + column, y + row, color, covered * alpha)
    }
}

/** Copies a picture onto the canvas, its corners rounded by `radius` pixels. */
export function drawImage(target: Image, source: Image, x: number, y: number, radius = 0): void {
  const mask = radius > 0 ? cover([rounded(0, 0, source.width, source.height, radius)]) : undefined
  const inside = x >= 0 && x + source.width <= target.width
  for (let row = 0; row < source.height; row++) {
    const onCanvas = y + row >= 0 && y + row < target.height
    if (inside && onCanvas && row >= radius && row < source.height - radius) {
      const pixels = source.data.subarray(3 * row * source.width, 3 * (row + 1) * source.width)
      target.data.set(pixels, 3 * ((y + row) * target.width + x))
      continue
    }
    for (let column = 0; column < source.width; column++) {
      const at = 3 * (row * source.width + column)
      const color: Color = [source.data[at] as number, source.data[at + 1] as number, source.data[at + 2] as number]
      blend(target, x + column, y + row, color, mask ? (mask.data[row * source.width + column] as number) : 1)
    }
  }
}

/** The outline of a rectangle with rounded corners. */
export function rounded(x: number, y: number, width: number, height: number, radius: number): Point[] {
  const r = Math.min(radius, width / 2, height / 2)
  const corners: readonly (readonly [number, number, number])[] = [
    [x + width - r, y + r, -90],
    [x + width - r, y + height - r, 0],
    [x + r, y + height - r, 90],
    [x + r, y + r, 180],
  ]
  const steps = 8
  return corners.flatMap(([cx, cy, start]) =>
    Array.from({ length: steps + 1 }, (_, i): Point => {
      const angle = ((start + (90 * i) / steps) * Math.PI) / 180
      return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)]
    }),
  )
}

/** A dashed frame just inside `rect`, light dashes with dark gaps, so that it shows on any ground. */
export function dashedFrame(target: Image, rect: Rect, dash = 5, thickness = 1): void {
  const left = Math.round(rect.x)
  const top = Math.round(rect.y)
  const right = Math.round(rect.x + rect.width) - thickness
  const bottom = Math.round(rect.y + rect.height) - thickness
  const paint = (x: number, y: number, along: number) => {
    const light = Math.floor(along / dash) % 2 === 0
    fill(
      target,
      { x, y, width: thickness, height: thickness },
      light ? [255, 255, 255] : [0, 0, 0],
      light ? 0.95 : 0.45,
    )
  }
  for (let x = left; x <= right; x++) {
    paint(x, top, x - left)
    if (bottom > top) paint(x, bottom, x - left)
  }
  for (let y = top + thickness; y < bottom; y++) {
    paint(left, y, y - top)
    if (right > left) paint(right, y, y - top)
  }
}
