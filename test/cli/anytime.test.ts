/** Runs that end early: Ctrl-C and budgets leave what there is, its error is told, and an optimised mask goes on later. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodePng } from '../../src/image/index.ts'
import { noisePicture, plain } from '../small-nets.ts'
import { emptyFolder, fovea } from './command-line.ts'

function workplace(): string {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'net.onnx'), plain.bytes)
  writeFileSync(join(folder, 'photo.png'), encodePng(noisePicture(...plain.size, 4)))
  writeFileSync(join(folder, 'other.png'), encodePng(noisePicture(...plain.size, 5)))
  return folder
}

const model = ['--model', 'net.onnx', '--size', '16x16', '--preset', 'torchvision', '--class', '1']
const mask = ['--method', 'extremal-perturbation', '--resume', 'masks.json']

/** Pressed when the progress shows that it runs: the first line comes after five seconds. */
async function interrupted(folder: string, words: readonly string[]) {
  const child = spawn(process.execPath, [resolve('dist/cli/main.js'), 'explain', 'photo.png', ...model, ...words], {
    cwd: folder,
  })
  let [out, error] = ['', '']
  child.stdout.on('data', (bytes) => {
    out += bytes
  })
  child.stderr.on('data', (bytes) => {
    if (error === '') child.kill('SIGINT')
    error += bytes
  })
  await once(child, 'close')
  return { status: child.exitCode, out, error }
}

describe.runIf(process.platform !== 'win32')('Ctrl-C', () => {
  test('leaves the map so far with its standard error, and a mask to go on from', async () => {
    const folder = workplace()
    const json = ['--json', '--format', 'png']
    const [rise, extremal] = await Promise.all([
      interrupted(folder, ['--method', 'rise,occlusion', '--samples', '1000000', '-o', 'rise.png', ...json]),
      interrupted(folder, [...mask, '--steps', '100000', '-o', 'mask.png', ...json]),
    ])
    expect([rise.status, extremal.status]).toEqual([130, 130])
    expect(rise.error).toContain('Ending with what there is')
    const [only, ...more] = JSON.parse(rise.out).images[0].explanations
    expect(more, 'what had not begun is left out').toEqual([])
    expect(only.details.masks).toBeLessThan(1_000_000)
    expect(only.standardError).toBeGreaterThan(0)
    expect(only.standardError).toBeLessThan(only.maximum - only.minimum)
    expect(['rise.png', 'mask.png', 'masks.json'].filter((name) => !existsSync(join(folder, name)))).toEqual([])

    const { steps } = JSON.parse(extremal.out).images[0].explanations[0].details
    expect(steps).toBeGreaterThan(1)
    const words = ['explain', 'photo.png', ...model, ...mask, '--steps', String(steps + 2), '--json']
    const { curve } = JSON.parse(fovea(words, { folder }).out).images[0].explanations[0]
    expect(curve).toHaveLength(steps + 2)
    expect(curve.slice(0, steps)).toEqual(JSON.parse(extremal.out).images[0].explanations[0].curve)
  })
})

describe('--resume', () => {
  test('after a budget the same command goes on: it ends where one run does', () => {
    const folder = workplace()
    const run = (...words: string[]) => {
      const { status, error } = fovea(['explain', 'photo.png', ...model, ...mask, '--format', 'npy', '-q', ...words], {
        folder,
      })
      expect([status, error]).toEqual([0, ''])
      return readFileSync(join(folder, 'photo.fovea.npy'))
    }
    run('--steps', '9', '--budget', '1ms')
    const kept = JSON.parse(readFileSync(join(folder, 'masks.json'), 'utf8'))
    expect(kept['extremal-perturbation'].state[0].curve).toHaveLength(1)
    expect(run('--steps', '9')).toEqual(run('--steps', '9', '--resume', 'fresh.json'))
  })

  test('what it cannot go on with, it says in a sentence', () => {
    const folder = workplace()
    const says = (...words: string[]) => {
      const { status, error } = fovea(['explain', ...words, ...model, '--steps', '2'], { folder })
      expect(status).toBe(2)
      return error
    }
    expect(fovea(['explain', 'photo.png', ...model, ...mask, '--steps', '2', '--json'], { folder }).status).toBe(0)
    expect(says('other.png', ...mask)).toContain('its image or preset was another one')
    expect(says('photo.png', ...mask, '--areas', '0.2')).toContain('its --areas was another one')
    expect(says('photo.png', 'other.png', ...mask)).toContain('one image, not with 2')
    writeFileSync(join(folder, 'masks.json'), '{"saliency": 1}')
    expect(says('photo.png', ...mask)).toContain('masks.json is no file that --resume wrote')
    const { error } = fovea(['explain', 'photo.png', '--method', 'saliency', '--resume', 'x.json'], { folder })
    expect(error).toContain('meaningful-perturbation and extremal-perturbation: saliency cannot go on later')
  })
})
