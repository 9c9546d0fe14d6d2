/** What a masked pixel is replaced by, in the values that the model receives. */

import { blur, gaussian } from '../../image/index.ts'
import { float32, random, type Tensor } from '../../tensor/index.ts'
import { mapColours } from '../gradient/baseline.ts'
import { seedOption } from '../gradient/noise.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Study } from '../study.ts'
import { forth, smoothed } from './band.ts'

export const substituteOptions = {
  perturbation: {
    default: 'blur',
    choices: ['blur', 'gaussian', 'constant', 'noise'],
    describe:
      "what hides: the mean of a Gaussian blur (11 pixels, sigma 5) and a median of 11 x 11; a Gaussian blur of sigma 10; the image's mean colour; normal noise of the image's mean and deviation",
  },
  seed: { ...seedOption, describe: 'of the noise and the jitter' },
} as const satisfies OptionSchema

/** The image, hidden. */
export function substitute({ vision, input }: Study, { perturbation, seed }: Options): Tensor<'float32'> {
  let colour = 0
  const [hidden] = mapColours(vision, input.data, (plane, width, height) => {
    const stream = colour++
    if (perturbation === 'gaussian') return [blur({ width, height, data: plane }, 10).data]
    if (perturbation === 'blur') {
      const [soft, middle] = [shortBlur(plane, width, height), median(plane, width, height, 11)]
      return [soft.map((value, i) => (value + (middle[i] as number)) / 2)]
    }
    const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length
    if (perturbation === 'constant') return [new Float32Array(plane.length).fill(mean)]
    const variance = plane.reduce((sum, value) => sum + (value - mean) ** 2, 0) / plane.length
    const draws = random(seed as number, stream).normals(plane.length)
    return [draws.map((draw) => mean + Math.sqrt(variance) * draw)]
  })
  return float32(input.dims, hidden as Float32Array)
}

/** 11 samples of a Gaussian of sigma 5, normalised. */
function shortBlur(plane: Float32Array, width: number, height: number): Float64Array {
  const all = gaussian(5)
  const middle = (all.length - 1) / 2
  const kernel = all.slice(middle - 5, middle + 6)
  const sum = kernel.reduce((a, b) => a + b)
  const short = kernel.map((weight) => weight / sum)
  return forth({ down: smoothed(height, short), across: smoothed(width, short) }, plane)
}

/** The middle value of the square of `side` pixels around each; the edge pixels stand for those beyond. */
export function median(plane: ArrayLike<number>, width: number, height: number, side: number): Float32Array {
  const radius = (side - 1) / 2
  const square = new Float32Array(side * side)
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let count = 0
      for (let dy = -radius; dy <= radius; dy++) {
        const row = Math.min(Math.max(y + dy, 0), height - 1) * width
        for (let dx = -radius; dx <= radius; dx++)
          square[count++] = plane[row + Math.min(Math.max(x + dx, 0), width - 1)] as number
      }
      square.sort()
      out[y * width + x] = square[(count - 1) / 2] as number
    }
  return out
}
