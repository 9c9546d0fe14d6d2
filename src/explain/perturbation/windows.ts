/** Square windows over the model's input, row by row; those at the right and lower border are cut off there, or moved inside. */

import type { Plane } from '../../tensor/index.ts'

export interface Windows {
  readonly count: number
  readonly rows: number
  readonly columns: number
  readonly side: number
  readonly stride: number
  /** The upper left pixel of a window. */
  corner(i: number): readonly [y: number, x: number]
  /** Writes `value` on the pixels of a window. */
  cover(pixels: Float32Array, i: number, value: number): void
  /** One number a window spread over its pixels, summed or averaged; NaN: not known yet. Pixels without any get 0. */
  spread(values: Float64Array, summed: boolean): Plane
}

/**
 * @param side 0: a seventh of the shorter side
 * @param stride 0: a quarter of the window
 * @param inside whether the last ones are moved inside, so that all are whole
 */
export function windowsOf(
  { height, width }: { readonly height: number; readonly width: number },
  side: number,
  stride: number,
  inside = false,
): Windows {
  const size = Math.min(Math.max(height, width), side || Math.max(1, Math.round(Math.min(height, width) / 7)))
  const step = stride || Math.max(1, Math.round(size / 4))
  const along = (length: number) => Math.max(0, Math.ceil((length - size) / step)) + 1
  const columns = along(width)
  const rows = along(height)
  const count = columns * rows
  const start = (i: number, length: number) => (inside ? Math.max(0, Math.min(i * step, length - size)) : i * step)
  const corner = (i: number) => [start(Math.floor(i / columns), height), start(i % columns, width)] as const
  const each = (i: number, visit: (pixel: number) => void) => {
    const [top, left] = corner(i)
    for (let y = top; y < Math.min(top + size, height); y++)
      for (let x = left; x < Math.min(left + size, width); x++) visit(y * width + x)
  }
  return {
    count,
    rows,
    columns,
    side: size,
    stride: step,
    corner,
    cover: (pixels, i, value) =>
      each(i, (pixel) => {
        pixels[pixel] = value
      }),
    spread(values, summed) {
      const sums = new Float64Array(height * width)
      const times = new Float64Array(height * width)
      for (let i = 0; i < count; i++) {
        const value = values[i] as number
        if (Number.isNaN(value)) continue
        each(i, (pixel) => {
          sums[pixel] = (sums[pixel] as number) + value
          times[pixel] = (times[pixel] as number) + 1
        })
      }
      const share = (k: number) => (summed ? 1 : Math.max(1, times[k] as number))
      return { width, height, data: Float32Array.from(sums, (sum, k) => sum / share(k)) }
    },
  }
}
