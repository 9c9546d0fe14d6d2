/** Pictures in a terminal: each character cell is two pixels, an upper half block in one colour on a ground of another. */

import { resize } from '../image/index.ts'
import type { Image } from '../tensor/index.ts'
import type { Screen } from './command.ts'

type Colors = Exclude<Screen['color'], 'none'>

/** Pictures side by side, each at most `columns` wide and `rows` cells high. */
export function halfBlocks(pictures: readonly Image[], color: Colors, columns = 38, rows = 20): string {
  const small = pictures.map((picture) => fit(picture, columns, 2 * rows))
  const height = Math.max(...small.map((picture) => picture.height))
  const lines = Array.from({ length: Math.ceil(height / 2) }, (_, row) =>
    small.map((picture) => line(picture, 2 * row, color)).join('  '),
  )
  return lines.join('\n')
}

function fit(picture: Image, width: number, height: number): Image {
  const scale = Math.min(width / picture.width, height / picture.height)
  const size = (n: number) => Math.max(1, Math.round(n * scale))
  return resize(picture, size(picture.width), size(picture.height), { filter: 'bilinear' })
}

function line(picture: Image, y: number, color: Colors): string {
  const cells = Array.from({ length: picture.width }, (_, x) => {
    const upper = paint(picture, x, y, color, 38)
    return `${upper}${paint(picture, x, Math.min(y + 1, picture.height - 1), color, 48)}\u2580`
  })
  return `${cells.join('')}\u001b[0m`
}

function paint({ data, width }: Image, x: number, y: number, color: Colors, layer: 38 | 48): string {
  const [r = 0, g = 0, b = 0] = data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)
  if (color === 'true') return `\u001b[${layer};2;${r};${g};${b}m`
  const level = (value: number) => Math.round((value / 255) * 5)
  return `\u001b[${layer};5;${16 + 36 * level(r) + 6 * level(g) + level(b)}m`
}

/** A bar of `width` cells, in eighths. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8)
  const rest = eighths % 8
  const full = '\u2588'.repeat(Math.floor(eighths / 8))
  return (full + (rest === 0 ? '' : String.fromCharCode(0x2590 - rest))).padEnd(width)
}
