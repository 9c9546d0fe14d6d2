/** Pieces of SVG and HTML files that stand alone: escaped text, pictures inside. */

import { colormap, encodePng } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { PaintedScale } from '../pictures/messages.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escape = (text: string) => text.replace(/[&<>"']/g, (letter) => entities[letter] as string)

export function dataUrl(image: Image): string {
  const bytes = encodePng(image, { level: 9 })
  let text = ''
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768))
  return `data:image/png;base64,${btoa(text)}`
}

/** Eleven colours are enough for a gradient that looks like the map. */
export function stops({ colormap: name }: PaintedScale): string[] {
  const table = colormap(name)
  return Array.from({ length: 11 }, (_, i) => {
    const at = 3 * Math.round(25.5 * i)
    return `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`
  })
}

export function figure(value: number): string {
  if (value === 0) return '0'
  return Math.abs(value) >= 1e4 || Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toPrecision(3)
}

export const percent = (share: number | null) => (share === null ? '' : `${(100 * share).toFixed(1)} %`)
