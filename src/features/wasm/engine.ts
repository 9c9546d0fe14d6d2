/** Which of the two ways of computing runs on this machine. */

import { hasSimd } from './memory.ts'

export type Engine = 'wasm-simd' | 'typescript'

export const bestEngine = (): Engine => (hasSimd() ? 'wasm-simd' : 'typescript')
