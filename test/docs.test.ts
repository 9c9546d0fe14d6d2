/** The generated pages are what the catalogues say now (`npm run docs` writes them). */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pages } from '../scripts/docs.ts'

test.each(Object.entries(pages))('%s', async (path, make) => {
  expect(readFileSync(path, 'utf8')).toBe(await make())
})
