/** Pictures as plain arrays: 8-bit colour (Image) and one float a pixel (Plane). Rows from the top, no padding. */

/** RGB, interleaved, sRGB-encoded: `data[3 * (y * width + x) + channel]`. */
export interface Image {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** One number a pixel: `data[y * width + x]`. NaN means "no data here". */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** A rectangle in pixels; edges may lie between pixels. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
