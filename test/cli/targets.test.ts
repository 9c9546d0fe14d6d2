/** The commands of docs/targets.md: a regression, two inputs, a segmenter, a detector, a mask, and targets in a compiled file. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { file } from '../target-nets.ts'
import { fovea, photos } from './command-line.ts'

const commands = readFileSync('docs/targets.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('fovea explain'))

const expected: Readonly<Record<string, string>> = {
  'regression.onnx': 'Saliency: -redness[0]',
  'two-inputs.onnx': 'Saliency: logits[1]',
  'segmenter.onnx': 'Saliency: sum(classes[0] * (argmax(classes) == 0))',
  'detector.onnx': 'Saliency: scores[0]',
}

const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '').slice(1)

test.each(commands)('%s', (line) => {
  const model = /\S+\.onnx/.exec(line)?.[0] ?? ''
  const given = words(line).map((word) =>
    word === 'photo.jpg' ? `${photos}/chelsea.png` : word === model ? file(model) : word,
  )
  const { status, out } = fovea([...given, '--method', 'saliency'])
  expect(out).toContain(expected[model])
  expect(out).toContain('wrote chelsea.fovea.png')
  expect(status).toBe(0)
})

test('the documentation has a command for each', () => {
  expect(commands).toHaveLength(Object.keys(expected).length)
})

const model = [
  '--model',
  file('many.onnx'),
  '--output',
  'classes',
  '--preset',
  'unit',
  '--size',
  '8',
  '--method',
  'saliency',
]

test('a mask from a .npy file; the certificate has the normal form', () => {
  const { out, status } = fovea([
    'explain',
    `${photos}/coffee.png`,
    ...model,
    '--target',
    'sum(seg[1]*mask)',
    '--input',
    `mask=${file('mask.npy')}`,
    '--json',
  ])
  expect(status).toBe(0)
  const [certificate] = JSON.parse(out).images[0].explanations
  expect(certificate).toMatchObject({ objective: 'sum(seg[1] * mask)', class: null, label: null })
})

test.each([
  [['--target', 'logits[3'], "']' is expected"],
  [['--target', 'logits[3]', '--class', '2'], 'does not use the class 2'],
  [['--target', 'sum(seg * mask)'], 'a mask of 8x8'],
  [['--input', 'age=3'], "no input 'age'"],
  [['--input', 'age'], '--input is name=value'],
  [['--input', 'age=old'], 'a number, numbers with commas'],
  [['--layout', 'HWC'], '--layout is NCHW or NHWC'],
])('%o is refused', (flags, says) => {
  const { error, status } = fovea(['explain', `${photos}/coffee.png`, ...model, ...flags])
  expect(status).toBe(2)
  expect(error).toContain(says)
})

test('compile: the target is in the file, and class_index is not', () => {
  const { out, folder, status } = fovea([
    'compile',
    file('segmenter.onnx'),
    '--size',
    '32',
    '--method',
    'saliency',
    '--target',
    'sum(seg[2] * mask)',
    '-o',
    'out.onnx',
  ])
  expect(status).toBe(0)
  expect(out).toContain('inputs:  image, mask [N, 32, 32]')
  const { inputs } = JSON.parse(
    fovea(['inspect', 'out.onnx', '--input', `mask=${file('full-mask.npy')}`, '--json'], { folder }).out,
  )
  expect(inputs.map(({ name }: { name: string }) => name)).toEqual(['image', 'mask'])
})
