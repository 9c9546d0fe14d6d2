/** Canny, Hough and HOG against OpenCV on one thread. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canny } from '../src/features/canny/index.ts'
import { grey } from '../src/features/grey.ts'
import { hog } from '../src/features/hog/index.ts'
import { houghCircles, houghLines, houghLinesProbabilistic } from '../src/features/hough/index.ts'
import { resize } from '../src/image/index.ts'
import { photo } from '../test/features/photo.ts'
import { compare, type Row } from './features-clock.ts'

export async function hogRows(): Promise<Row[]> {
  return [...(await onePicture('coffee', 1024, 683)), ...(await onePicture('camera', 512, 512))]
}

async function onePicture(name: string, width: number, height: number): Promise<Row[]> {
  const image = resize(await photo(`${name}.png`), width, height)
  const folder = mkdtempSync(join(tmpdir(), 'fovea-hog-'))
  const raw = join(folder, 'picture.rgb')
  writeFileSync(raw, image.data)
  const args = ['scripts/features/opencv-hough.py', 'time', raw, `${width}`, `${height}`]
  const plane = grey(image)
  const map = { width, height, data: canny(plane).edges }
  const subjects = {
    HoughLines: { run: () => houghLines(map), peer: 'lines', goal: 2 },
    HOG: { run: () => hog(image, { gamma: false }), peer: 'hog', goal: 3 },
    'HOG with gamma': { run: () => hog(image, { gamma: true }), peer: 'hog, gamma', goal: 3 },
    Canny: { run: () => canny(plane), peer: 'canny' },
    HoughLinesP: { run: () => houghLinesProbabilistic(map, { draw: 'opencv' }), peer: 'segments' },
    HoughCircles: {
      run: () => houghCircles(plane, { canny: 200, votes: 60, smallest: 10, largest: 120 }),
      peer: 'circles',
    },
  }
  const opencv = () => JSON.parse(execFileSync('/usr/bin/python3', args, { encoding: 'utf8' }))
  const rows = compare(`${name} ${width}x${height}`, subjects, opencv, 8)
  rmSync(folder, { recursive: true })
  return rows
}
