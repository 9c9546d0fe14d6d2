// Runs all tests and ends with one plain line, for readers of logs that do not know vitest: "N passed, N failed".
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'fovea-test-'))
const results = join(folder, 'results.json')
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
)
let counts = { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 0 }
try {
  counts = JSON.parse(readFileSync(results, 'utf8'))
} catch {
  console.log('vitest wrote no results')
}
rmSync(folder, { recursive: true, force: true })
// A file that cannot even be loaded has no tests to count: it counts as one failure.
const failed = status === 0 ? counts.numFailedTests : Math.max(counts.numFailedTests, 1)
console.log(`${counts.numPassedTests} passed, ${failed} failed`)
process.exitCode = status ?? 1
