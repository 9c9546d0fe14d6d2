/**
 * SIFT and its pyramid against OpenCV on one thread, in one run: npx tsx bench/features-sift.ts [--tolerant]
 *
 * CPU milliseconds of the whole process on both sides (JIT and garbage collection included), so that a busy machine changes
 * little. Needs Debian's python3-opencv (and python3-scipy for the raccoon). Claims: SIFT <= 2.5 times OpenCV's time, the pyramid
 * (in memory that is reused, as OpenCV's allocator does) <= 1.3 times. Ends with status 1 where a claim fails.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { match } from '../src/features/matching/index.ts'
import { scaleSpace } from '../src/features/scale-space/index.ts'
import { sift } from '../src/features/sift/index.ts'
import { greyOf, readGolden } from '../test/features/sift/golden.ts'

const script = 'scripts/features/opencv-sift.py'
const python = (...args: string[]) =>
  execFileSync('/usr/bin/python3', [script, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

interface Timed {
  readonly median: number
  readonly min: number
  readonly runs: number
}

function timed(run: () => void, budget = 4000): Timed {
  const runs: number[] = []
  const start = performance.now()
  while (runs.length < 4 || (performance.now() - start < budget && runs.length < 9)) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    runs.push((user + system) / 1000)
  }
  const warm = runs.slice(1).sort((a, b) => a - b)
  return { median: warm[Math.floor(warm.length / 2)] ?? Number.NaN, min: warm[0] ?? Number.NaN, runs: warm.length }
}

const folder = mkdtempSync(join(tmpdir(), 'fovea-sift-'))
python('live', folder)
let failed = false
for (const file of readdirSync(folder).filter((name) => name.includes('1024'))) {
  const golden = readGolden(join(folder, file))
  const plane = greyOf(golden)
  const theirs = JSON.parse(python('time', join(folder, file))) as Record<'pyramid' | 'detect' | 'sift', Timed>
  let space = scaleSpace(plane, { upsample: 'opencv' })
  let found = sift(plane, { mode: 'opencv' })
  const own = {
    'pyramid, fresh memory': timed(() => scaleSpace(plane, { upsample: 'opencv' })),
    'pyramid, memory reused': timed(() => {
      space = scaleSpace(plane, { upsample: 'opencv', reuse: space })
    }),
    'sift, fresh memory': timed(() => sift(plane, { mode: 'opencv' })),
    'sift, memory reused': timed(() => {
      found = sift(plane, { mode: 'opencv', reuse: found.space })
    }),
    'sift, aligned': timed(() => sift(plane)),
  }
  const { width, height } = plane
  console.log(
    `${file.replace('.bin', '')} ${width}x${height}: ${found.keypoints.length} keypoints (OpenCV ${golden.header.keypoints})`,
  )
  for (const [name, time] of Object.entries(own)) {
    const reference = name.startsWith('pyramid') ? theirs.pyramid : theirs.sift
    const ratio = time.median / reference.median
    const limit = name === 'pyramid, memory reused' ? 1.3 : name === 'sift, memory reused' ? 2.5 : undefined
    const verdict = limit === undefined ? '' : ratio <= limit ? `  <= ${limit}: holds` : `  <= ${limit}: FAILS`
    failed ||= verdict.endsWith('FAILS')
    const line = [
      name.padEnd(24),
      `${time.median.toFixed(0)} ms (min ${time.min.toFixed(0)})`.padEnd(22),
      `OpenCV ${reference.median.toFixed(0)} ms (min ${reference.min.toFixed(0)})`.padEnd(28),
      `x ${ratio.toFixed(2)}${verdict}`,
    ]
    console.log(`  ${line.join(' ')}`)
  }
  const matching = timed(() => match(found, found), 2000)
  console.log(
    `  match with itself        ${matching.median.toFixed(0)} ms, ${((found.keypoints.length ** 2 * 128) / matching.median / 1e6).toFixed(1)} GMAC/s`,
  )
}
rmSync(folder, { recursive: true })
process.exitCode = failed && !process.argv.includes('--tolerant') ? 1 : 0
