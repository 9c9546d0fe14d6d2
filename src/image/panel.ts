/** One panel of a contact sheet: the picture, what is written over it, and the bars, scale and caption under it. */

import type { Image, Rect } from '../tensor/index.ts'
import { canvas, dashedFrame, drawImage, fillPath, rounded } from './canvas.ts'
import { colormap, colorOf } from './colormap/index.ts'
import { line, polyline } from './draw.ts'
import type { Bar, Panel } from './montage.ts'
import type { Scale } from './overlay.ts'
import { resize } from './resize.ts'
import { ellipsis, ellipsisInside, measure, text, wrap } from './text.ts'
import type { Theme } from './theme.ts'

const barRow = 20
const captionRow = 17
const curveHeight = 58
const caption = { size: 12 } as const
const radius = 6

/** How much a panel needs below its picture. */
export function footerHeight({ scale, curve, caption: lines = [] }: Panel, bars: readonly Bar[]): number {
  const rows = Math.min(5, bars.length)
  return (
    (rows > 0 ? 6 + rows * barRow : 0) +
    (scale ? 36 : 0) +
    (curve ? curveHeight : 0) +
    (lines.length > 0 ? 6 + lines.length * captionRow : 0)
  )
}

export function drawPanel(target: Image, panel: Panel, box: Rect, bars: readonly Bar[], theme: Theme): void {
  drawImage(target, picture(panel, box, theme), box.x, box.y, radius)
  if (panel.status) drawStatus(target, panel.status, box)
  let y = box.y + box.height
  if (bars.length > 0) {
    drawBars(target, bars.slice(0, 5), { ...box, y: y + 6 }, theme)
    y += 6 + Math.min(5, bars.length) * barRow
  }
  if (panel.scale) {
    drawScale(target, panel.scale, { ...box, y: y + 10 }, theme)
    y += 36
  }
  if (panel.curve) {
    drawCurve(target, panel.curve, { ...box, y: y + 10, height: curveHeight - 14 }, theme)
    y += curveHeight
  }
  for (const [i, words] of (panel.caption ?? []).entries())
    text(target, box.x, y + 18 + i * captionRow, ellipsisInside(words, box.width, caption), {
      ...caption,
      color: theme.grey,
    })
}

/** The panel's image, whole and centred in the box, with its frame. */
function picture({ image, frame }: Panel, box: Rect, theme: Theme): Image {
  const zoom = Math.min(box.width / image.width, box.height / image.height)
  const width = Math.max(1, Math.min(box.width, Math.round(image.width * zoom)))
  const height = Math.max(1, Math.min(box.height, Math.round(image.height * zoom)))
  const sized = resize(image, width, height, { filter: zoom < 1 ? 'lanczos' : 'bicubic' })
  const inside = frame && clipped(frame, image)
  if (inside && (inside.width < image.width || inside.height < image.height)) {
    const [across, down] = [width / image.width, height / image.height]
    dashedFrame(sized, {
      x: inside.x * across,
      y: inside.y * down,
      width: inside.width * across,
      height: inside.height * down,
    })
  }
  if (width === box.width && height === box.height) return sized
  const ground = canvas(box.width, box.height, theme.surface)
  drawImage(ground, sized, Math.floor((box.width - width) / 2), Math.floor((box.height - height) / 2))
  return ground
}

function clipped({ x, y, width, height }: Rect, image: Image): Rect {
  const left = Math.max(0, x)
  const top = Math.max(0, y)
  return {
    x: left,
    y: top,
    width: Math.min(image.width, x + width) - left,
    height: Math.min(image.height, y + height) - top,
  }
}

/** Words on a dark plate near the picture's lower edge, legible on any picture. */
function drawStatus(target: Image, status: string, box: Rect): void {
  const style = { size: 13, weight: 'semibold' } as const
  const lines = wrap(status, box.width - 48, style)
  const width = Math.ceil(Math.max(...lines.map((line) => measure(line, style)))) + 24
  const height = lines.length * 18 + 12
  const x = box.x + Math.round((box.width - width) / 2)
  const y = box.y + box.height - height - 12
  fillPath(target, [rounded(x, y, width, height, radius)], [16, 17, 20], 0.82)
  lines.forEach((line, i) => {
    text(target, box.x + box.width / 2, y + 19 + i * 18, line, { ...style, color: [255, 255, 255], align: 'center' })
  })
}

function drawBars(target: Image, bars: readonly Bar[], box: Rect, theme: Theme): void {
  const labelWidth = 148
  const start = box.x + labelWidth + 12
  const length = box.width - labelWidth - 12 - 56
  bars.forEach(({ label, value }, i) => {
    const y = box.y + i * barRow
    const style = {
      size: 12,
      weight: i === 0 ? 'semibold' : 'regular',
      color: i === 0 ? theme.ink : theme.grey,
    } as const
    text(target, box.x, y + 15, ellipsis(label, labelWidth, style), style)
    fillPath(target, [rounded(start, y + 8, length, 6, 3)], theme.surface)
    const filled = length * Math.min(1, Math.max(0, value))
    if (filled > 0.5) fillPath(target, [rounded(start, y + 8, filled, 6, 3)], i === 0 ? theme.strong : theme.weak)
    text(target, box.x + box.width, y + 15, percent(value), { ...style, align: 'right' })
  })
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`
}

/** The colour bar with the numbers at its ends and at zero; an empty track where all values are equal. */
function drawScale(target: Image, { colormap: name, min, max, zero }: Scale, box: Rect, theme: Theme): void {
  const table = colormap(name)
  const empty = !(max > min)
  const strip = canvas(box.width, 8, theme.surface)
  for (let x = 0; x < box.width && !empty; x++) {
    const color = colorOf(table, (x + 0.5) / box.width, 0, 1)
    for (let y = 0; y < 8; y++) strip.data.set(color, 3 * (y * box.width + x))
  }
  drawImage(target, strip, box.x, box.y, 4)
  const style = { size: 11, color: theme.grey } as const
  const y = box.y + 22
  text(target, box.x, y, tick(min), style)
  if (empty) return
  text(target, box.x + box.width, y, tick(max), { ...style, align: 'right' })
  if (zero === undefined || !(zero > min && zero < max)) return
  const x = box.x + (box.width * (zero - min)) / (max - min)
  text(target, x, y, tick(zero), { ...style, align: 'center' })
}

/** From the left edge to the label's place at the right; the lowest value on the ground line. */
function drawCurve(
  target: Image,
  { label, values }: NonNullable<Panel['curve']>,
  { x, y, width, height }: Rect,
  theme: Theme,
): void {
  const [first, last] = [values[0] ?? 0, values.at(-1) ?? 0]
  const style = { size: 11, color: theme.grey } as const
  const plot = width - 96
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const place = (value: number, i: number): [number, number] => [
    x + (plot * i) / Math.max(1, values.length - 1),
    y + height - 2 - (high > low ? ((height - 4) * (value - low)) / (high - low) : 0),
  ]
  line(target, [x, y + height], [x + plot, y + height], { color: theme.line, width: 1 })
  polyline(target, values.map(place), { color: theme.strong })
  text(target, x + width, y + 12, label, { ...style, align: 'right' })
  text(target, x + width, y + 28, `${tick(first)} to`, { ...style, align: 'right' })
  text(target, x + width, y + 42, tick(last), { ...style, align: 'right' })
}

/** A number in three significant digits, with a true minus sign: 0.41, −2.5, 1.2e−5. */
export function tick(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  const plain = size >= 1e-3 && size < 1e5
  return (plain ? String(Number(value.toPrecision(3))) : value.toExponential(1)).replaceAll('-', '−').replace('+', '')
}
