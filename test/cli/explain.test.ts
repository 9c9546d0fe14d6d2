/** `fovea explain` from the outside: what it prints, what it writes, pipes, folders, formats. */

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodeNpy } from '../../src/tensor/index.ts'
import { file } from '../target-nets.ts'
import { fovea, photos } from './command-line.ts'

const isPng = (bytes: Uint8Array) => Buffer.from(bytes.subarray(1, 4)).toString() === 'PNG'

test('one photograph: top five, certificate, one picture', () => {
  const { status, out, error, folder } = fovea(['explain', `${photos}/chelsea.png`])
  expect(error).toBe('')
  expect(status).toBe(0)
  expect(out).toMatch(/tiger cat\s+█+.*39\.4 %/)
  expect(out).toMatch(/Grad-CAM: logits\[282\] \(tiger cat\), layer head 7x7/)
  expect(out).toContain('wrote chelsea.fovea.png')
  expect(readdirSync(folder)).toEqual(['chelsea.fovea.png'])
  expect(isPng(readFileSync(join(folder, 'chelsea.fovea.png')))).toBe(true)
})

test('a colour terminal shows half blocks, no colour shows none', () => {
  const colour = fovea(['explain', `${photos}/coffee.png`], { env: { FORCE_COLOR: '3', COLORTERM: 'truecolor' } })
  expect(colour.out).toContain('\u001b[38;2;')
  expect(colour.out).toContain('\u2580')
  const plain = fovea(['explain', `${photos}/coffee.png`, '--no-color'], { env: { FORCE_COLOR: '3' } })
  expect(plain.out).not.toContain('\u001b[')
})

test('all formats: the raw heatmap lies in the pixels of the photograph, NaN outside the crop', () => {
  const { status, folder } = fovea([
    'explain',
    `${photos}/chelsea.png`,
    '--method',
    'grad-cam',
    '--format',
    'png,json,npy',
    '-o',
    'out/',
  ])
  expect(status).toBe(0)
  expect(readdirSync(join(folder, 'out')).sort()).toEqual([
    'chelsea.fovea.json',
    'chelsea.fovea.npy',
    'chelsea.fovea.png',
  ])
  const map = decodeNpy(new Uint8Array(readFileSync(join(folder, 'out/chelsea.fovea.npy'))))
  expect(map.dims).toEqual([300, 451])
  expect(map.data[0]).toBeNaN()
  const record = JSON.parse(readFileSync(join(folder, 'out/chelsea.fovea.json'), 'utf8'))
  expect(record).toMatchObject({
    width: 451,
    height: 300,
    top: [{ label: 'tiger cat' }, {}, {}, {}, {}],
    explanations: [{ status: 'ok' }],
  })
})

test('-o names the file; the ending chooses the format', () => {
  const { folder } = fovea(['explain', `${photos}/coffee.png`, '--method', 'grad-cam', '-o', 'map.npy'])
  expect(readdirSync(folder)).toEqual(['map.npy'])
})

test('in a pipe: an image in, a picture out, nothing else on standard output', () => {
  const { status, bytes } = fovea(['explain', '-', '-o', '-'], { input: readFileSync(`${photos}/rocket.jpg`) })
  expect(status).toBe(0)
  expect(isPng(bytes)).toBe(true)
})

test('--json is one document and writes no file unless asked', () => {
  const { out, folder } = fovea(['explain', `${photos}/camera.png`, '--json'])
  const [image] = JSON.parse(out).images
  expect(image.top[0]).toMatchObject({ class: 872, label: 'tripod' })
  expect(image.explanations.map((e: { method: string }) => e.method)).toEqual(['saliency', 'grad-cam'])
  expect(readdirSync(folder)).toEqual([])
})

test('a folder: every image, one broken one is said and the rest is done (exit 4)', () => {
  const { folder } = fovea(['--version'])
  mkdirSync(join(folder, 'in/deep'), { recursive: true })
  for (const [from, to] of [
    ['chelsea.png', 'in/a.png'],
    ['rocket.jpg', 'in/deep/a.jpg'],
  ] as const)
    copyFileSync(join(photos, from), join(folder, to))
  writeFileSync(join(folder, 'in/page.jpg'), '<!doctype html><html>not found</html>')
  const { status, out, error } = fovea(
    ['explain', 'in/', '--method', 'grad-cam', '-o', 'out', '--jsonl', '--no-progress'],
    { folder },
  )
  expect(status).toBe(4)
  const records = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(records.map((r) => r.file).sort()).toEqual(['in/a.png', 'in/deep/a.jpg', 'in/page.jpg'])
  expect(error).toContain('an HTML page')
  expect(error).toContain('1 of 3 images failed')
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(['a-2.fovea.png', 'a.fovea.png'])
})

test('quoted globs and @lists are expanded', () => {
  const { folder } = fovea(['--version'])
  writeFileSync(join(folder, 'list.txt'), `${photos}/chelsea.png\n${photos}/coffee.png\n`)
  const list = fovea(['explain', '@list.txt', '--method', 'grad-cam', '--jsonl'], { folder })
  expect(list.out.trim().split('\n')).toHaveLength(2)
  const glob = fovea(['explain', `${photos}/c*.png`, '--method', 'grad-cam', '--jsonl'], { folder })
  expect(glob.out.trim().split('\n')).toHaveLength(3)
})

test('WebAssembly gives the same answer', () => {
  const { out } = fovea(['explain', `${photos}/chelsea.png`, '--method', 'grad-cam', '--device', 'wasm', '--json'])
  const [image] = JSON.parse(out).images
  expect(image.top[0].label).toBe('tiger cat')
  expect(image.explanations[0].engine).toContain('wasm')
  expect(image.explanations[0].maximum).toBeCloseTo(0.3929, 3)
})

test('compile writes a model that explains itself when it is opened again', () => {
  const { status, out, error, folder } = fovea(['compile', '--method', 'grad-cam', '-o', 'explainer.onnx'])
  expect(error).toMatch(/^note: .*WebAssembly.* cannot set class_index .*--class-input required\.\n$/)
  expect(out).toContain('class_index (int64; 0 to 999; -1 or left out: the top class)')
  expect(status).toBe(0)
  expect(out).toContain('outputs: logits, heatmap')
  expect(existsSync(join(folder, 'explainer.onnx'))).toBe(true)
  const inspected = JSON.parse(fovea(['inspect', 'explainer.onnx', '--json'], { folder }).out)
  expect(inspected.outputs.map((o: { name: string }) => o.name)).toEqual(['logits', 'heatmap'])
})

test('the note about class_index goes to standard error in a pipe, too, and not where it must be given', () => {
  const words = ['compile', file('multi-label.onnx'), '--preset', 'unit', '--method', 'saliency', '-o', '-']
  expect(fovea(words).error).toContain('cannot set class_index')
  expect(fovea([...words, '--class-input', 'required']).error).toBe('')
})

test('terminal and sheet speak of one range', () => {
  const { out } = fovea(['explain', `${photos}/coffee.png`, '--no-color'])
  expect(out).toMatch(/Saliency: .*, 0 to \d\.\d+ \(99\.5 % clip\), /)
  expect(out).toMatch(/Grad-CAM: .*, 0 to \d\.\d+, /)
})

test('coverage: the first node of each operator', () => {
  const { out } = fovea(['inspect', '--coverage'])
  expect(out).toMatch(/^Operators\n/)
  expect(out).toMatch(/49 {2}Conv +gradient rule \(first: stem\.conv\)/)
})

test('a model of an old opset: what the file says, and what is done with it', () => {
  const { out } = fovea(['inspect', file('old-zoo.onnx')])
  expect(out).toMatch(/opset 17, lifted to 18/)
})

test('a file that is called model.onnx is called by its folder', () => {
  const { folder } = fovea(['--version'])
  mkdirSync(join(folder, 'red'))
  copyFileSync(file('regression.onnx'), join(folder, 'red/model.onnx'))
  expect(JSON.parse(fovea(['inspect', 'red/model.onnx', '--json'], { folder }).out).name).toBe('red/model.onnx')
})

test('a method that is named twice is shown once', () => {
  const { out } = fovea(['explain', `${photos}/coffee.png`, '--method', 'saliency,saliency', '--json'])
  expect(JSON.parse(out).images[0].explanations).toHaveLength(1)
})

test('the size of a small file is said in kB', () => {
  const { out } = fovea(['compile', file('regression.onnx'), '--method', 'saliency', '-o', 'small.onnx'])
  expect(out).toMatch(/ nodes more, \d+\.\d kB$/m)
})

test('inspect counts', () => {
  const { out } = fovea(['inspect', '--json'])
  const found = JSON.parse(out)
  expect(found.defaultLayer.name).toBe('head')
  expect(found.operators.every((o: { gradient: string }) => o.gradient === 'rule')).toBe(true)
  expect(found.parameters / 1e6).toBeCloseTo(4.63, 2)
})
