/** PNG's row filters: WebAssembly SIMD (png.c) where the machine has it, else the same in TypeScript; the same bytes. */

import { mostBytes } from '../../platform/index.ts'
import { hasSimd, open } from './kernels.ts'
import { twin } from './png-twin.ts'

interface Exports {
  // from, pitch, stride, rows, step, scratch, out
  filter(...args: number[]): void
}

/** What the kernel reads before a row, and behind it. */
const around = 16

/**
 * Each row with the filter (none, sub, up, average, Paeth) whose bytes have the smallest sum of magnitudes, its number in front.
 * @param step bytes of a pixel
 */
export function filtered(
  data: Uint8Array | Uint8ClampedArray,
  stride: number,
  height: number,
  step: number,
  simd = hasSimd(),
): Uint8Array {
  if (!simd || data.length > mostBytes) return twin(data, stride, height, step)
  const pitch = around + stride
  const rows = pitch * (height + 1) + 2 * around
  const scratch = 5 * (stride + around)
  const size = (stride + 1) * height
  const { kernel, buffer, take, close } = open<Exports>(rows + scratch + size + 3 * 64)
  const from = new Uint8Array(buffer, take(rows), rows)
  from.fill(0, 0, 2 * around + stride)
  for (let y = 0, at = around + pitch; y < height; y++, at += pitch) {
    from.fill(0, at - around, at)
    from.set(data.subarray(y * stride, (y + 1) * stride), at)
  }
  const out = take(size)
  kernel.filter(from.byteOffset + around + pitch, pitch, stride, height, step, take(scratch), out)
  const made = new Uint8Array(buffer, out, size).slice()
  close()
  return made
}
