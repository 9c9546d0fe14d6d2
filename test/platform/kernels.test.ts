import { expect, test } from 'vitest'
import { kernels } from '../../src/platform/kernels.ts'

test('what is no module, or may not be compiled, is done without', () => {
  expect(kernels(btoa('\0asm no module')).hasSimd()).toBe(false)
})
