/** The thin light line at one level of a heatmap: smooth, and without the specks of a map that lies near the level everywhere. */

import type { Image, Plane } from '../tensor/index.ts'
import { blur } from './blur.ts'

/** A speck is smaller than this share of a cell, or than so many pixels. */
const speckShare = 0.15
const speckPixels = 48
const reach = 2

/**
 * Each pixel's distance to the line is |value - level| / |gradient|. Bilinear maps bend at every cell, so the line follows the map
 * blurred by a quarter of a cell.
 * @param cell the size of the map's own cells in pixels; 0 where they are shown as they are, and the line lies between them
 */
export function drawContour(target: Image, map: Plane, level: number, cell: number): void {
  const { width, height } = map
  const { data } = cell > 0 ? blur(map, cell / 4) : map
  const speck = cell > 0 ? specks(data, width, level, Math.max(speckPixels, speckShare * cell * cell)) : undefined
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value))
  const nearSpeck = (x: number, y: number) => {
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++)
        if (speck?.[clamp(y + dy, height) * width + clamp(x + dx, width)]) return true
    return false
  }
  for (let y = 0; y < height; y++) {
    const row = y * width
    const above = Math.max(0, y - 1) * width
    const below = Math.min(height - 1, y + 1) * width
    for (let x = 0; x < width; x++) {
      const value = data[row + x] as number
      const left = data[row + Math.max(0, x - 1)] as number
      const right = data[row + Math.min(width - 1, x + 1)] as number
      const up = data[above + x] as number
      const down = data[below + x] as number
      const far = Math.abs(value - level)
      // The gradient is no longer than the sum of its parts.
      if (cell > 0 && far > Math.abs(right - left) + Math.abs(down - up)) continue
      const distance =
        cell > 0
          ? far / Math.hypot((right - left) / 2, (down - up) / 2)
          : value >= level && Math.min(left, right, up, down) < level
            ? 0
            : Infinity
      if (!(distance < 1.1) || nearSpeck(x, y)) continue
      const alpha = 0.9 * Math.min(1, 1.1 - distance)
      for (let c = 0; c < 3; c++) {
        const i = 3 * (y * width + x) + c
        const old = target.data[i] as number
        target.data[i] = Math.round(old + (245 - old) * alpha)
      }
    }
  }
}

/** Marks the connected parts above the level, and below it, that are smaller than `least` pixels. */
function specks(data: Float32Array, width: number, level: number, least: number): Uint8Array {
  const marked = new Uint8Array(data.length)
  const seen = new Uint8Array(data.length)
  const part = new Int32Array(data.length)
  let size = 0
  const visit = (i: number, above: boolean) => {
    if (seen[i] || Number.isNaN(data[i]) || (data[i] as number) >= level !== above) return
    seen[i] = 1
    part[size++] = i
  }
  for (let start = 0; start < data.length; start++) {
    if (seen[start]) continue
    const above = (data[start] as number) >= level
    size = 0
    visit(start, above)
    for (let next = 0; next < size; next++) {
      const i = part[next] as number
      const x = i % width
      if (x > 0) visit(i - 1, above)
      if (x < width - 1) visit(i + 1, above)
      if (i >= width) visit(i - width, above)
      if (i + width < data.length) visit(i + width, above)
    }
    if (size < least) for (let k = 0; k < size; k++) marked[part[k] as number] = 1
  }
  return marked
}
