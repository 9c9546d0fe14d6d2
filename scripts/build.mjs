// Compiles src/ to dist/ (ES modules and declarations), its command line joined, and the studio's page to dist/studio/. The old dist/ stays until the new one is complete.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildCli } from './build-cli.mjs'
import { buildStudio } from './build-studio.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const fresh = mkdtempSync(join(root, 'dist-'))
try {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.json'), '--outDir', fresh], {
    stdio: 'inherit',
    cwd: root,
  })
  await buildCli(fresh)
  await buildStudio(join(fresh, 'studio'))
  chmodSync(join(fresh, 'cli/main.js'), 0o755)
  chmodSync(fresh, 0o755)
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  renameSync(fresh, join(root, 'dist'))
} catch (error) {
  if (error.status === undefined) console.error(error)
  rmSync(fresh, { recursive: true, force: true })
  process.exitCode = 1
}
