// Compiles src/ to dist/ (ES modules and declarations), its command line joined, and the studio's page to dist/studio/. The old dist/ stays until the new one is complete.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
  writeFileSync(join(fresh, 'revision.txt'), revision(fresh))
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

/** The hash of everything that was compiled: programs that another build has cached are not this one's. */
function revision(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.js'))
  const hash = createHash('sha256')
  for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(folder, file)))
  return hash.digest('hex')
}
