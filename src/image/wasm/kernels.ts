/** The pictures' kernels. */

import { kernels } from '../../platform/index.ts'
import { kernelBytes } from './kernel-bytes.ts'

export const { hasSimd, open } = kernels(kernelBytes)
