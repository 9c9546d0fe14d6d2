/** The discrete Fourier transform of a small picture by its definition: any size, meant for 64 pixels, not for photographs. */

export interface Spectrum {
  readonly width: number
  readonly height: number
  readonly re: Float64Array
  readonly im: Float64Array
}

/**
 * F(u, v) = sum over x, y of f(x, y) exp(-2 pi i (u x / W + v y / H)); rows first, then columns.
 * @param sign -1 forward; +1 inverse, not divided by W H
 */
export function dft(input: Spectrum, sign: -1 | 1): Spectrum {
  const { width, height } = input
  const rows = transform(input, width, 1, height, width, sign)
  return transform(rows, height, width, width, 1, sign)
}

/** One direction: `count` lines of `size` samples, `step` apart, beginning `skip` apart. */
function transform(input: Spectrum, size: number, step: number, count: number, skip: number, sign: number): Spectrum {
  const cos = Float64Array.from({ length: size }, (_, k) => Math.cos((2 * Math.PI * k) / size))
  const sin = Float64Array.from({ length: size }, (_, k) => sign * Math.sin((2 * Math.PI * k) / size))
  const re = new Float64Array(input.re.length)
  const im = new Float64Array(input.im.length)
  for (let line = 0; line < count; line++)
    for (let u = 0; u < size; u++) {
      let a = 0
      let b = 0
      for (let x = 0, turn = 0; x < size; x++, turn = (turn + u) % size) {
        const i = line * skip + x * step
        const p = input.re[i] as number
        const q = input.im[i] as number
        a += p * (cos[turn] as number) - q * (sin[turn] as number)
        b += p * (sin[turn] as number) + q * (cos[turn] as number)
      }
      re[line * skip + u * step] = a
      im[line * skip + u * step] = b
    }
  return { width: input.width, height: input.height, re, im }
}
