/** The masks' kernels. */

import { kernels } from '../../../platform/index.ts'
import { kernelBytes } from './kernel-bytes.ts'

interface Exports {
  // above, below, shown, pixels, planes, to
  lay(...args: number[]): void
  // lines, first, share, next, width, height, to
  between(...args: number[]): void
  // sums, masks, factors, pixels, count
  add(...args: number[]): void
}

const { hasSimd, open } = kernels(kernelBytes)

export { hasSimd }

/** A room that is not closed: it is freed with what uses it. */
export const roomOf = (bytes: number) => open<Exports>(bytes)

/** Numbers that vectors reach beyond an array's end. */
export const beyond = 4
