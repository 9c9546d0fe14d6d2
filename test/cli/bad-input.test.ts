/** Bad input: one sentence, the right exit status, nothing half-written, never a stack trace. */

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptyFolder, fovea, photos, type Ran } from './command-line.ts'

const cat = `${photos}/chelsea.png`
const model = resolve('models/efficientnet-lite0/model.onnx')

function refused({ status, out, error, folder }: Ran, exit: number, words: RegExp, files: string[] = []) {
  expect(error).toMatch(words)
  expect(error.trim().split('\n')).toHaveLength(1)
  expect(error).not.toMatch(/\n\s+at |node:internal|\.js:\d+/)
  expect(out).toBe('')
  expect(status).toBe(exit)
  expect(readdirSync(folder).sort()).toEqual(files)
}

describe('models', () => {
  const given = (bytes: Uint8Array | string) => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'm.onnx'), bytes)
    return fovea(['explain', cat, '--model', 'm.onnx', '-o', 'out.png'], { folder })
  }

  test.each([
    [
      'an HTML page',
      '<!DOCTYPE html><html><body>404</body></html>',
      /m\.onnx is not an ONNX model: it is an HTML page/,
    ],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n',
      /Git LFS pointer.*git lfs pull/,
    ],
    ['an empty file', '', /an empty file/],
    ['a picture', readFileSync(cat), /a PNG image/],
    ['a truncated model', readFileSync(model).subarray(0, 5_000_000), /truncated/],
    ['text', 'hello, I am no model at all, only words', /not an ONNX model|damaged/],
  ])('%s', (_, bytes, words) => refused(given(bytes), 3, words, ['m.onnx']))

  test('one that is not there', () =>
    refused(fovea(['explain', cat, '--model', 'none.onnx']), 2, /Cannot read none\.onnx: there is no such file/))
})

describe('images', () => {
  test('one that is not there', () => refused(fovea(['explain', 'nothing.jpg']), 2, /There is no image 'nothing\.jpg'/))
  test('a name that begins with a minus, after --', () =>
    refused(fovea(['explain', '--', '-h.png']), 2, /There is no image '-h\.png'/))
  test('a list of nothing', () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'list.txt'), '\n\n')
    refused(fovea(['explain', '@list.txt'], { folder }), 2, /list\.txt lists no images/, ['list.txt'])
  })
  test('one that is none', () => refused(fovea(['explain', model]), 4, /model\.onnx' is no picture/))
  test('a truncated one', () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'half.png'), readFileSync(cat).subarray(0, 100_000))
    refused(fovea(['explain', 'half.png'], { folder }), 4, /half\.png' cannot be decoded/, ['half.png'])
  })
  test('a folder without any', () => refused(fovea(['explain', '.']), 2, /holds no images/))
})

describe('words', () => {
  test.each([
    ['a misspelt flag', ['explain', cat, '--mehtod', 'saliency'], /no flag --mehtod \(did you mean '--method'\?\)/],
    ['a misspelt command', ['explian', cat], /no command 'explian' \(did you mean 'explain'\?\)/],
    ['a misspelt method', ['explain', cat, '--method', 'gradcam'], /no method 'gradcam' \(did you mean 'grad-cam'/],
    ['a wrong layer', ['explain', cat, '--layer', 'heda'], /no layer 'heda'.*did you mean 'head'/],
    ['a class that does not exist', ['explain', cat, '--class', '1000'], /no class 1000; its classes are 0 to 999/],
    ['a class name that does not exist', ['explain', cat, '--class', 'tigre cat'], /did you mean 'tiger cat'/],
    [
      'an option that the method does not have',
      ['explain', cat, '--method', 'grad-cam', '--sign', 'signed'],
      /--sign is no option of grad-cam/,
    ],
    ['a format that does not exist', ['explain', cat, '--format', 'bmp'], /--format is png, json, npy/],
    ['a preset that does not exist', ['explain', cat, '--preset', 'torchvison'], /did you mean 'torchvision'/],
    ['a size of nothing', ['explain', cat, '--size', '0'], /1 to 16384 pixels each, not 0x0/],
    ['a negative size', ['explain', cat, '--size', '-5'], /--size is a number or HEIGHTxWIDTH in pixels, not '-5'/],
    ['a negative class', ['explain', cat, '--class', '-7'], /no class -7; its classes are 0 to 999/],
    [
      'a value that looks like a flag',
      ['explain', cat, '--layer', '-x'],
      /--layer needs a value; .* is written --layer=-…/,
    ],
    [
      'a file that looks like flags',
      ['explain', '-dash.png'],
      /if '-dash\.png' is a file, write \.\/-dash\.png, or -- before it/,
    ],
    ['no image', ['explain'], /Which image\?/],
    ['an empty value', ['explain', cat, '--class', ''], /--class needs a value, not nothing/],
    ['no value', ['explain', cat, '--class'], /--class.* needs a value/],
    ['compile without a target', ['compile'], /Where to\?/],
    [
      'two images into one file',
      ['explain', cat, `${photos}/coffee.png`, '-o', 'one.png'],
      /2 images do not fit into one file/,
    ],
  ])('%s', (_, words, message) => refused(fovea(words), 2, message))

  test('--json says the same for programs', () => {
    const { out, status } = fovea(['explain', cat, '--class', '1000', '--json'])
    expect(status).toBe(2)
    expect(JSON.parse(out).error).toMatchObject({ code: 'FOVEA_CLASS' })
  })
})

describe('one that is not there among others: they are done (exit 4)', () => {
  test('explain', () => {
    const words = ['explain', 'gone.png', cat, 'none*.jpg', '--method', 'saliency', '--jsonl', '--no-progress']
    const { status, out, error } = fovea(words)
    expect(error.trim().split('\n')).toEqual([
      "fovea: There is no image 'gone.png'.",
      "fovea: There is no image 'none*.jpg': nothing matches it.",
      '2 of 3 images failed; the others are done.',
    ])
    const records = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records.map(({ file, error }) => [file, error?.code])).toEqual([
      ['gone.png', 'FOVEA_IMAGE'],
      [cat, undefined],
      ['none*.jpg', 'FOVEA_IMAGE'],
    ])
    expect(status).toBe(4)
  })

  test('features', () => {
    const { status, out, error, folder } = fovea(['features', 'canny', 'gone.png', cat])
    expect(error).toBe("fovea: There is no image 'gone.png'.\n1 of 2 images failed; the others are done.\n")
    expect(out).toContain('wrote chelsea.canny.png')
    expect(readdirSync(folder)).toEqual(['chelsea.canny.png'])
    expect(status).toBe(4)
  })

  test('none of several is there: exit 2', () =>
    refused(fovea(['explain', 'gone.png', 'none.png']), 2, /There is no image 'gone\.png'/))
})

describe('the disk', () => {
  test('a folder that cannot be written', () => {
    refused(fovea(['explain', cat, '-o', '/proc/none/map.png']), 5, /Cannot write \/proc\/none\/map\.png/)
  })
  test.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'a full disk leaves nothing half-written',
    () => {
      const folder = emptyFolder()
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
      if (mounted.status !== 0) return
      try {
        refused(fovea(['explain', cat, '-o', 'map.png'], { folder }), 5, /the disk is full/)
      } finally {
        spawnSync('umount', [folder])
      }
    },
  )
})

test('a closed pipe is no error', () => {
  const { status } = spawnSync('bash', [
    '-c',
    `set -o pipefail; "${process.execPath}" dist/cli/main.js methods | head -c 1 > /dev/null`,
  ])
  expect(status).toBe(0)
})

test('help needs no model and says where to go', () => {
  const { out, status } = fovea(['--help'])
  expect(status).toBe(0)
  expect(out.split('\n')[2]).toBe('Examples')
  for (const name of ['explain', 'compile', 'inspect', 'methods'])
    expect(fovea([name, '--help']).out).toContain(`fovea ${name}`)
})
