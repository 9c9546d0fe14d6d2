/** Without the optional package sharp, one sentence says what to install. */

import { expect, test, vi } from 'vitest'

vi.mock('sharp', () => {
  throw new Error('Cannot find package')
})

test('sharp is not installed', async () => {
  const { decodeImage } = await import('../../src/platform/decode-node.ts')
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0)
  await expect(decodeImage(png)).rejects.toMatchObject({
    code: 'FOVEA_BACKEND',
    message: expect.stringContaining('npm install sharp'),
  })
})
