/** Text in pictures, with the built-in typeface at any size: no system fonts, one line, left to right. */

import type { Image } from '../tensor/index.ts'
import { type Color, stamp } from './canvas.ts'
import { type Contour, em, font, type Weight } from './font/index.ts'
import { type Coverage, cover, type Point } from './raster.ts'

export interface TextStyle {
  /** pixels per em: 13 for captions, 20 for head lines */
  readonly size: number
  readonly color?: Color
  readonly weight?: Weight
  /** what `x` means (default left) */
  readonly align?: 'left' | 'center' | 'right'
}

/** The width of a line in pixels, not rounded. Kerned; figures are tabular. */
export function measure(line: string, { size, weight = 'regular' }: TextStyle): number {
  const { glyph, kerning } = font(weight)
  let width = 0
  let last = ''
  for (const char of line) {
    width += glyph(char).advance + kerning(last, char)
    last = char
  }
  return (width * size) / em
}

/** Draws a line with its baseline at `y`; characters that the typeface lacks become a box. Returns its width. */
export function text(target: Image, x: number, y: number, line: string, style: TextStyle): number {
  const { color = [0, 0, 0], align = 'left' } = style
  const width = measure(line, style)
  const start = x - (align === 'right' ? width : align === 'center' ? width / 2 : 0)
  for (const covered of covers(line, start, y, style)) stamp(target, covered, color)
  return width
}

/** Lines that were drawn last: the sheets of a folder have most of theirs in common. */
const drawn = new Map<string, readonly Coverage[]>()
const mostDrawn = 64

/** What each character covers. */
function covers(line: string, x: number, y: number, { size, weight = 'regular' }: TextStyle): readonly Coverage[] {
  const key = `${size} ${weight} ${x} ${y} ${line}`
  const known = drawn.get(key)
  if (known) return known
  const { glyph, kerning } = font(weight)
  const scale = size / em
  let pen = x
  let last = ''
  const made = [...line].map((char) => {
    const { advance, contours } = glyph(char)
    pen += kerning(last, char) * scale
    const covered = cover(contours.map((contour) => flatten(contour, pen, y, scale)))
    pen += advance * scale
    last = char
    return covered
  })
  if (drawn.size === mostDrawn) drawn.clear()
  drawn.set(key, made)
  return made
}

/** The line, cut with an ellipsis where it is wider than `width` pixels. */
export function ellipsis(line: string, width: number, style: TextStyle): string {
  if (measure(line, style) <= width) return line
  const chars = [...line]
  while (chars.length > 0 && measure(`${chars.join('').trimEnd()}…`, style) > width) chars.pop()
  return `${chars.join('').trimEnd()}…`
}

/** The line, cut in its middle where it is wider than `width` pixels: of long names the end tells more than the beginning. */
export function ellipsisInside(line: string, width: number, style: TextStyle): string {
  const chars = [...line]
  const cut = (kept: number) =>
    `${chars.slice(0, Math.floor(kept / 3)).join('')}…${chars.slice(chars.length - (kept - Math.floor(kept / 3))).join('')}`
  if (measure(line, style) <= width) return line
  for (let kept = chars.length - 1; kept > 0; kept--) if (measure(cut(kept), style) <= width) return cut(kept)
  return '…'
}

/** The line broken at spaces into lines of at most `width` pixels; a word that is wider than that is cut. */
export function wrap(line: string, width: number, style: TextStyle): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && measure(longer, style) > width) {
      lines.push(current)
      current = word
    } else current = longer
  }
  return [...lines, current].map((part) => ellipsis(part, width, style))
}

const steps = 4

/** A quadratic outline as a polygon in pixels; y grows downwards. */
function flatten(contour: Contour, x: number, y: number, scale: number): Point[] {
  const points: Point[] = []
  const at = (i: number) => contour[(i + contour.length) % contour.length] as readonly [number, number, boolean]
  const place = (px: number, py: number): Point => [x + px * scale, y - py * scale]
  contour.forEach(([px, py, on], i) => {
    if (on) {
      points.push(place(px, py))
      return
    }
    const [ax, ay] = towards(at(i - 1), px, py)
    const [bx, by] = towards(at(i + 1), px, py)
    for (let step = at(i - 1)[2] ? 1 : 0; step < steps; step++) {
      const t = step / steps
      const [u, v, w] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t]
      points.push(place(u * ax + v * px + w * bx, u * ay + v * py + w * by))
    }
    if (!at(i + 1)[2]) points.push(place(bx, by))
  })
  return points
}

/** Where a curve with control point (x, y) ends: the neighbour on the curve, or half way to one off the curve. */
function towards([nx, ny, on]: readonly [number, number, boolean], x: number, y: number): Point {
  return on ? [nx, ny] : [(nx + x) / 2, (ny + y) / 2]
}
