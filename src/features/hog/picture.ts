/** HOG as pictures: glyphs (bars along the edges of each cell) and the votes by direction. */

import { type Color, canvas, drawImage, resize } from '../../image/index.ts'
import type { Image } from '../../tensor/index.ts'
import type { CellHistograms } from './cells.ts'

export interface GlyphOptions {
  /** pixels of a cell in the picture (default 20) */
  readonly size?: number
  /** weights of this and above are white; default the 99th percentile of the positive ones */
  readonly full?: number
  /** default white */
  readonly color?: Color
}

/**
 * One star of bars a cell, brighter for more weight. A bar lies along the edge, across its gradient: that of an upright
 * edge stands upright. Negative weights (of a learned template) are not drawn.
 */
export function glyphPicture(cells: CellHistograms, options: GlyphOptions = {}): Image {
  const { columns, rows, bins, weights } = cells
  const { size = 20, color = [255, 255, 255] } = options
  const picture = canvas(Math.max(1, columns * size), Math.max(1, rows * size), [0, 0, 0])
  const full = options.full ?? percentile(weights, 0.99)
  const bars = Array.from({ length: bins }, (_, bin) => bar(size, cells.first + (bin * 180) / bins + 90))
  const light = new Float64Array(size * size)
  for (let cell = 0; cell < columns * rows; cell++) {
    light.fill(0)
    bars.forEach((mask, bin) => {
      // the power of 3/2 keeps an even star of weak bars darker than one strong bar
      const weight = Math.max(0, (weights[cell * bins + bin] as number) / full) ** 1.5
      if (weight > 0)
        for (let i = 0; i < light.length; i++) light[i] = Math.max(light[i] as number, weight * (mask[i] as number))
    })
    stampLight(picture, light, (cell % columns) * size, Math.floor(cell / columns) * size, size, color)
  }
  return picture
}

function stampLight(target: Image, light: Float64Array, left: number, top: number, size: number, color: Color): void {
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const value = Math.min(1, light[y * size + x] as number)
      const at = 3 * ((top + y) * target.width + left + x)
      for (let c = 0; c < 3; c++) target.data[at + c] = Math.round((color[c] as number) * value)
    }
}

/** A bar through the middle of a square, antialiased; +y is down, so that degrees turn clockwise. */
function bar(size: number, degrees: number): Float64Array {
  const angle = (degrees * Math.PI) / 180
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)]
  const thick = Math.max(0.5, size / 20)
  const middle = (size - 1) / 2
  return Float64Array.from({ length: size * size }, (_, i) => {
    const x = (i % size) - middle
    const y = Math.floor(i / size) - middle
    const along = Math.abs(x * ux + y * uy)
    const across = Math.abs(x * uy - y * ux)
    const inside = (distance: number, limit: number) => Math.min(1, Math.max(0, limit + 0.5 - distance))
    return inside(across, thick) * inside(along, middle - 0.5)
  })
}

/** The glyphs where their cells lie, beside nothing: the size of the photograph times `zoom`. */
export function glyphsInPlace(image: Image, cells: CellHistograms, cell: number, zoom: number): Image {
  const target = canvas(image.width * zoom, image.height * zoom, [0, 0, 0])
  drawImage(target, glyphPicture(cells, { size: cell * zoom }), cells.origin * zoom, cells.origin * zoom)
  return target
}

/** Glyphs in amber over the darkened photograph. */
export function glyphsOver(image: Image, cells: CellHistograms, cell: number, zoom: number): Image {
  const glyphs = glyphsInPlace(image, cells, cell, zoom)
  const photograph = resize(image, glyphs.width, glyphs.height)
  const amber = [255, 211, 78] as const
  const data = photograph.data.map((value, i) => {
    const light = (glyphs.data[i] as number) / 255
    return Math.round(value * 0.4 * (1 - light) + (amber[i % 3] as number) * light)
  })
  return { ...photograph, data }
}

export function percentile(values: Float64Array, share: number): number {
  const positive = values.filter((value) => value > 0).sort()
  return positive[Math.floor(share * (positive.length - 1))] ?? 1
}
