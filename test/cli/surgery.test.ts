/** `fovea surgery` as its user runs it: the file takes pictures of another size and answers a map of scores. */

import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openModel } from '../../src/models/index.ts'
import { fovea } from './command-line.ts'

const net = (name: string) => resolve(`test/fixtures/sizes/${name}.onnx`)

test('a frozen net runs at another size', async () => {
  const { status, out, error, folder } = fovea(['surgery', net('flat'), '-o', 'any.onnx'])
  expect(error).not.toMatch(/^fovea:/m)
  expect(status).toBe(0)
  expect(out).toMatch(/any size, 2 fully connected layers as convolutions; outputs scores, dense_scores/)
  const vision = await openModel(join(folder, 'any.onnx'), { size: [64, 64] })
  expect(vision.measured.shapes.get('dense_scores')?.dims).toEqual([1, 5, 5, 5])
})

test('what cannot be freed is refused in one sentence', () => {
  const { status, error } = fovea(['surgery', net('windows'), '-o', 'nowhere.onnx'])
  expect(status).toBe(3)
  expect(error).toMatch(/attends in windows/)
})
