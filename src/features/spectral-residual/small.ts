/** The 64-pixel grey picture that spectral residual looks at: the paper's, or bit for bit OpenCV's. */

import { resize } from '../../image/index.ts'
import type { Image, Plane } from '../../tensor/index.ts'
import { grey } from '../grey.ts'

/** The longer side becomes `side` pixels, the aspect is kept, the kernel is as wide as the shrinking asks. Values 0..255. */
export function aspectKept(image: Image, side: number): Plane {
  const scale = side / Math.max(image.width, image.height)
  const size = (length: number) => Math.max(1, Math.round(length * scale))
  return grey(resize(image, size(image.width), size(image.height)))
}

/**
 * OpenCV's 8-bit `resize(INTER_LINEAR_EXACT)` to a square: no antialias, weights of 8 bits, the aspect is lost.
 * (Its saliency module asks for EXACT; plain INTER_LINEAR differs by 1 in many pixels and by 0.04 in the final map.)
 */
export function forcedSquare(image: Image, side: number): Plane {
  const source = grey(image)
  const across = taps(source.width, side)
  const down = taps(source.height, side)
  const data = new Float32Array(side * side)
  const row = (y: number, x: number) => {
    const { first, second, weight } = across[x] as Tap
    const a = source.data[y * source.width + first] as number
    const b = source.data[y * source.width + second] as number
    return a * (256 - weight) + b * weight
  }
  for (let y = 0; y < side; y++) {
    const { first, second, weight } = down[y] as Tap
    for (let x = 0; x < side; x++)
      data[y * side + x] = (row(first, x) * (256 - weight) + row(second, x) * weight + 32768) >> 16
  }
  return { width: side, height: side, data }
}

interface Tap {
  readonly first: number
  readonly second: number
  /** Of the second sample, in 1/256. */
  readonly weight: number
}

function taps(from: number, to: number): Tap[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5))
    const first = Math.floor(place)
    return { first, second: Math.min(first + 1, from - 1), weight: halfEven((place - first) * 256) }
  })
}

function halfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
