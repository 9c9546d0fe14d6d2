/**
 * The claims about the speed of the hand-made features, in one table: npm run bench:features [-- --tolerant]
 *
 * Medians of CPU milliseconds of the whole process, OpenCV on one thread, both in turns. Needs Debian's python3-opencv (and
 * python3-scipy for the raccoon). Ends with status 1 where a goal is not met, but for --tolerant.
 */

import type { Row } from './features-clock.ts'
import { hogRows } from './features-hog.ts'
import { saliencyRows } from './features-saliency.ts'
import { siftRows } from './features-sift.ts'

/** The ratio to OpenCV's time or, without it, the time itself. */
const reached = ({ own, opencv }: Row) => (opencv === undefined ? own : own / opencv)
const met = (row: Row) => row.goal === undefined || reached(row) <= row.goal

function line(row: Row): string {
  const { name, own, opencv, goal } = row
  const unit = opencv === undefined ? ' ms' : 'x'
  const cells = [
    name.padEnd(44),
    own.toFixed(1).padStart(8),
    (opencv?.toFixed(1) ?? '').padStart(10),
    (opencv === undefined ? '' : `${reached(row).toFixed(2)}x`).padStart(8),
    (goal === undefined ? '' : `<= ${goal}${unit}`).padStart(11),
    goal === undefined ? '' : met(row) ? '  met' : '  NOT MET',
  ]
  return cells.join('').trimEnd()
}

console.log(`${'CPU ms, median'.padEnd(44)}    Fovea    OpenCV   ratio       goal`)
let failed = false
for (const part of [hogRows, saliencyRows, siftRows])
  for (const row of await part()) {
    console.log(line(row))
    failed ||= !met(row)
  }
process.exitCode = failed && !process.argv.includes('--tolerant') ? 1 : 0
