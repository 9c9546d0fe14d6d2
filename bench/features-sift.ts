/**
 * SIFT and its pyramid against OpenCV on one thread, at 1024 pixels. Fresh memory: what a single call costs; most of the
 * difference is the system's work to hand out some 200 MiB. Memory reused: what OpenCV's allocator does too.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scaleSpace } from '../src/features/scale-space/index.ts'
import { sift } from '../src/features/sift/index.ts'
import { greyOf, readGolden } from '../test/features/sift/golden.ts'
import { compare, type Row } from './features-clock.ts'

const python = (...args: string[]) =>
  execFileSync('/usr/bin/python3', ['scripts/features/opencv-sift.py', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

export function siftRows(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-sift-'))
  python('live', folder)
  const files = readdirSync(folder).filter((name) => name.includes('1024'))
  const rows = files.flatMap((file) => onePicture(join(folder, file), file.replace(/-.*/, '')))
  rmSync(folder, { recursive: true })
  return rows
}

function onePicture(path: string, name: string): Row[] {
  const plane = greyOf(readGolden(path))
  let space = scaleSpace(plane, { upsample: 'opencv' })
  let found = sift(plane, { mode: 'opencv' })
  const subjects = {
    'pyramid, memory reused': {
      run: () => {
        space = scaleSpace(plane, { upsample: 'opencv', reuse: space })
      },
      peer: 'pyramid',
      goal: 1.3,
    },
    'pyramid, fresh memory': { run: () => scaleSpace(plane, { upsample: 'opencv' }), peer: 'pyramid', goal: 1.3 },
    'SIFT, memory reused': {
      run: () => {
        found = sift(plane, { mode: 'opencv', reuse: found.space })
      },
      peer: 'sift',
      goal: 2.5,
    },
    'SIFT, fresh memory': { run: () => sift(plane, { mode: 'opencv' }), peer: 'sift', goal: 2.5 },
  }
  const title = `${name} ${plane.width}x${plane.height}`
  return compare(title, subjects, () => JSON.parse(python('time', path, '0.5')), 3)
}
