/**
 * `fovea explain photo.jpg` with the built-in model, from the start of the process to its end with the PNG written; beside it what
 * Node alone needs, taking turns. Goal: below 1.2 s on two cores.
 *
 *   npm run bench:cold -- [photo] [--runs 9] [--no-cache] [--goal 1.2] [--json .bench/cold.json]
 *
 * The first run is not counted: it brings the files into memory, as any use of the machine does, and fills Fovea's cache.
 * The exit status is 1 where the goal is missed.
 */

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { measuredNow } from './machine.ts'
import type { Cold } from './report-commands.ts'
import { median, spread } from './statistics.ts'
import { takeTurns } from './turns.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    runs: { type: 'string', default: '9' },
    cache: { type: 'boolean', default: true },
    goal: { type: 'string', default: '1.2' },
    json: { type: 'string', default: '.bench/cold.json' },
  },
})
const [photo = 'examples/photos/rocket.jpg'] = positionals
const folder = mkdtempSync(join(tmpdir(), 'fovea-cold-'))
const png = join(folder, 'photo.png')
const [load = 0] = loadavg()
const env = { ...process.env, FOVEA_CACHE: flags.cache ? join(folder, 'cache') : 'off' }

/** Seconds from start to end. */
function run(words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'], env })
    child.on('error', reject)
    child.on('exit', (status) =>
      status === 0 ? resolve((performance.now() - start) / 1000) : reject(new Error(`${words.join(' ')}: ${status}`)),
    )
  })
}

try {
  const contenders = [
    { label: 'node alone', run: () => run(['-e', '0']) },
    { label: 'fovea --version', run: () => run(['dist/cli/main.js', '--version']) },
    { label: 'fovea explain', run: () => run(['dist/cli/main.js', 'explain', photo, '-o', png]) },
  ]
  const times = await takeTurns(contenders, Number(flags.runs), Number.POSITIVE_INFINITY)
  for (const [label, list] of Object.entries(times))
    console.log(`${label.padEnd(16)} ${spread(list, 0).padStart(18)} ms`)
  const goal = Number(flags.goal)
  const cold: Cold = { ...measuredNow(), load, goal, times }
  mkdirSync(dirname(flags.json), { recursive: true })
  writeFileSync(flags.json, JSON.stringify(cold, null, 2))
  const seconds = median(times['fovea explain'] ?? []) / 1000
  console.log(`${statSync(png).size} bytes of PNG; load before ${load.toFixed(1)}`)
  console.log(`median ${seconds.toFixed(2)} s; goal ${goal} s ${seconds < goal ? 'holds' : 'MISSED'}`)
  if (!(seconds < goal)) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
