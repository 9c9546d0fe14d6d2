/** `fovea explain` on many images: worker processes that may die, one result an image, nothing left behind. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { encodePng } from '../../src/image/index.ts'
import { divergedNet, fatalNet, noisePicture } from '../small-nets.ts'
import { emptyFolder, fovea, photos } from './command-line.ts'

const unix = process.platform !== 'win32'

/** Twelve photographs under names that a folder sorts, in `in/`. */
function album(count = 12): string {
  const folder = emptyFolder()
  mkdirSync(join(folder, 'in'))
  const sources = readdirSync(photos).filter((name) => /\.(png|jpg)$/.test(name))
  for (let i = 0; i < count; i++) {
    const source = sources[i % sources.length] as string
    copyFileSync(join(photos, source), join(folder, 'in', `${String(i).padStart(2, '0')}-${source}`))
  }
  return folder
}

/** The command, still running. */
function started(folder: string, ...words: string[]) {
  const child = spawn(process.execPath, [resolve('dist/cli/main.js'), 'explain', ...words, '--no-progress'], {
    cwd: folder,
    env: { ...process.env, FOVEA_WORKERS: '2' },
  })
  let [out, error] = ['', '']
  child.stdout.on('data', (bytes) => {
    out += bytes
  })
  child.stderr.on('data', (bytes) => {
    error += bytes
  })
  const lines = () => out.split('\n').filter((line) => line !== '')
  return {
    child,
    lines,
    records: () => lines().map((line) => JSON.parse(line)),
    async printed(count: number) {
      while (lines().length < count && child.exitCode === null) await pause(5)
    },
    async ended() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
      return { status: child.exitCode, error }
    },
  }
}

function childrenOf({ pid }: ChildProcess): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const [own, parent, ...args] = line.trim().split(/\s+/)
    return Number(parent) === pid && args.some((word) => word.endsWith('worker.js')) ? [Number(own)] : []
  })
}

const alive = (pids: readonly number[]) =>
  pids.filter((pid) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  })

async function gone(pids: readonly number[], seconds: number): Promise<boolean> {
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; await pause(20))
    if (alive(pids).length === 0) return true
  return false
}

const filesOf = (folder: string) => readdirSync(folder).sort()

/** Every image by itself, which is done in the process of the command. */
function oneByOne(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const { status } = fovea(['explain', `in/${name}`, '-o', 'single/', '--format', 'png,json,npy', '-q'], { folder })
    expect(status).toBe(0)
  }
}

describe.runIf(unix)('a worker that is killed', () => {
  test('is replaced: every image is done, with the bytes that a single process writes', {
    timeout: 180_000,
  }, async () => {
    const folder = album()
    const run = started(folder, 'in', '-o', 'out', '--format', 'png,json,npy', '--jsonl')
    await run.printed(2)
    const before = childrenOf(run.child)
    expect(before).toHaveLength(2)
    process.kill(before[0] as number, 'SIGKILL')
    await run.printed(5)
    const after = childrenOf(run.child)
    expect(after.length).toBeGreaterThan(0)
    expect(after).not.toContain(before[0])
    expect(await run.ended()).toEqual({ status: 0, error: '' })
    expect(run.records().map(({ file }) => file)).toEqual(filesOf(join(folder, 'in')).map((name) => `in/${name}`))
    const some = filesOf(join(folder, 'in')).filter((_, i) => i % 5 === 0)
    oneByOne(folder, some)
    expect(filesOf(join(folder, 'single'))).toHaveLength(4 * some.length)
    for (const name of filesOf(join(folder, 'single')))
      expect(readFileSync(join(folder, 'out', name)).equals(readFileSync(join(folder, 'single', name))), name).toBe(
        true,
      )
    // The sheet, the record and two maps of each, and nothing half-written.
    expect(filesOf(join(folder, 'out'))).toHaveLength(4 * 12)
    expect(await gone([...before, ...after], 5)).toBe(true)
  })

  test('all of them at once: the same', { timeout: 120_000 }, async () => {
    const folder = album()
    const run = started(folder, 'in', '--method', 'grad-cam', '--jsonl')
    await run.printed(1)
    for (const pid of childrenOf(run.child)) process.kill(pid, 'SIGKILL')
    expect(await run.ended()).toEqual({ status: 0, error: '' })
    expect(run.records()).toHaveLength(12)
  })
})

describe('a bad image among good ones', () => {
  const given = (bytes: Uint8Array) => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'net.onnx'), bytes)
    for (let i = 0; i < 6; i++) writeFileSync(join(folder, `${i}.png`), encodePng(noisePicture(24, 20, i)))
    return folder
  }
  const words = ['-m', 'net.onnx', '--preset', 'unit', '--jsonl', '--no-progress']

  // The arithmetic trap is x64's; other processors wrap around.
  test.runIf(unix && process.arch === 'x64')(
    'one that makes the model crash its process is tried twice and named',
    () => {
      const folder = given(fatalNet.bytes)
      writeFileSync(join(folder, '3.png'), encodePng({ width: 24, height: 20, data: new Uint8Array(24 * 20 * 3) }))
      writeFileSync(join(folder, 'page.jpg'), '<!doctype html>')
      const { status, out, error } = fovea(['explain', '.', ...words], { folder, env: { FOVEA_WORKERS: '2' } })
      const records = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(records.map(({ file, error: fault }) => [file, fault?.code])).toEqual([
        ['./0.png', undefined],
        ['./1.png', undefined],
        ['./2.png', undefined],
        ['./3.png', 'FOVEA_CRASH'],
        ['./4.png', undefined],
        ['./5.png', undefined],
        ['./page.jpg', 'FOVEA_IMAGE'],
      ])
      expect(error.trim().split('\n')).toEqual([
        'fovea: ./3.png: the process that ran the model on it was ended by SIGFPE, twice; the model makes ONNX Runtime crash: try --device wasm, which can say why.',
        expect.stringContaining("'page.jpg'"),
        '2 of 7 images failed; the others are done.',
      ])
      expect(status).toBe(4)
    },
  )

  test('a model that answers NaN is said, of one image and of many (exit 4)', () => {
    const folder = given(divergedNet.bytes)
    const one = fovea(['explain', '0.png', ...words.filter((word) => word !== '--jsonl')], { folder })
    expect(one.error).toBe(
      "fovea: net.onnx answers 0.png with NaN in its output 'logits': its weights 'fovea/conv.weight' hold values that are not finite, so export the model again from a sound checkpoint.\n",
    )
    expect([one.status, one.out]).toEqual([4, ''])
    const all = fovea(['explain', '.', ...words], { folder })
    const codes = all.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).error.code)
    expect(codes).toEqual(Array(6).fill('FOVEA_NOT_FINITE'))
    expect(all.error).toContain('6 of 6 images failed.')
    expect(all.status).toBe(4)
    expect(filesOf(folder).filter((name) => name.includes('fovea'))).toEqual([])
  })

  test('a bad model is said once, not once a worker', () => {
    const folder = given(new TextEncoder().encode('<html></html>'))
    const { status, error } = fovea(['explain', '.', ...words], { folder, env: { FOVEA_WORKERS: '2' } })
    expect(error.trim().split('\n')).toEqual([
      expect.stringContaining('net.onnx is not an ONNX model: it is an HTML page'),
    ])
    expect(status).toBe(3)
  })
})

describe.runIf(unix)('stopping', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the workers, too, and leaves whole files', async (signal) => {
    const folder = album()
    const run = started(folder, 'in', '-o', 'out', '--jsonl')
    await run.printed(2)
    const workers = childrenOf(run.child)
    run.child.kill(signal)
    const { status, error } = await run.ended()
    expect([status, error]).toEqual([130, ''])
    expect(alive(workers)).toEqual([])
    expect(run.lines().length).toBeLessThan(12)
    expect(filesOf(join(folder, 'out')).filter((name) => !name.endsWith('.fovea.png'))).toEqual([])
  })

  test('a command that is killed takes its workers with it', async () => {
    const run = started(album(), 'in', '--jsonl', '--method', 'rise')
    while (childrenOf(run.child).length < 2) await pause(20)
    const workers = childrenOf(run.child)
    run.child.kill('SIGKILL')
    await run.ended()
    expect(await gone(workers, 20)).toBe(true)
  })
})
