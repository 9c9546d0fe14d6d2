/** The pictures' kernels. */

import { kernels } from '../../platform/index.ts'
import { kernelBytes } from './kernel-bytes.ts'

export const { hasSimd, open } = kernels(kernelBytes)

/** A larger picture would be held a second time: the TypeScript twins take it. */
export const most = 2 ** 28
