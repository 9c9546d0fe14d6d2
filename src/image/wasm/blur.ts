/** The two passes of a blur: WebAssembly SIMD (blur.c) where the machine has it, else the same in TypeScript; the same bits. */

import { mostBytes } from '../../platform/index.ts'
import { twin } from './blur-twin.ts'
import { hasSimd, open } from './kernels.ts'

interface Exports {
  // from, width, height, kernel, radius, line, to
  blur_across(...args: number[]): void
  // from, width, height, kernel, radius, to
  blur_down(...args: number[]): void
}

/** Numbers that vectors reach beyond an array's end. */
const beyond = 8

/** The plane by `kernel`, an odd number of weights, along rows and then columns; edges replicate. */
export function blurred(
  data: Float32Array,
  width: number,
  height: number,
  kernel: Float64Array,
  simd = hasSimd(),
): Float32Array {
  if (!simd || 4 * data.length > mostBytes) return twin(data, width, height, kernel)
  const radius = (kernel.length - 1) / 2
  const line = 8 * (width + 2 * radius + beyond)
  const plane = 4 * (data.length + beyond)
  const { kernel: loops, buffer, take, close } = open<Exports>(2 * plane + 8 * kernel.length + line + 4 * 64)
  const [from, to, weights] = [take(plane), take(plane), take(8 * kernel.length)]
  new Float32Array(buffer, from).set(data)
  new Float64Array(buffer, weights).set(kernel)
  loops.blur_across(from, width, height, weights, radius, take(line), to)
  loops.blur_down(to, width, height, weights, radius, from)
  const made = new Float32Array(buffer, from, data.length).slice()
  close()
  return made
}
