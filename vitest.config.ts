import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: { alias: { '#platform': here('./src/platform/node.ts') } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: process.env.FOVEA_NO_BUILD ? [] : ['test/build.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
