/**
 * SIFT and its pyramid against OpenCV on one thread, at 1024 pixels. One call after another, on both sides: OpenCV's
 * allocator and ours use the memory of the call before again. A caller who keeps the planes (and a first call) pays the
 * system for 200 MiB of fresh memory: the third row.
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
  const subjects = {
    pyramid: { run: () => scaleSpace(plane, { upsample: 'opencv' }), peer: 'pyramid', goal: 1.3 },
    SIFT: { run: () => sift(plane, { mode: 'opencv' }), peer: 'sift', goal: 2.5 },
    'pyramid, its planes kept': {
      run: () => scaleSpace(plane, { upsample: 'opencv' }).octaves[0]?.gaussian,
      peer: 'pyramid',
    },
  }
  const title = `${name} ${plane.width}x${plane.height}`
  return compare(title, subjects, () => JSON.parse(python('time', path, '0.5')), 3)
}
