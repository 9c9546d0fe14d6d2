/** CAMERAS against its formula in PyTorch (float64, scripts/python/sizes.py): a net with a frozen pool, and one through surgery. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { explain, findMethod, openExplainer } from '../../src/explain/index.ts'
import { openModel, type PresetFile } from '../../src/models/index.ts'
import { decodeNpy, numbers } from '../../src/tensor/index.ts'
import { relativeError } from '../fixture-nets.ts'

const folder = 'test/fixtures/sizes'
const rows = JSON.parse(readFileSync(`${folder}/sizes.json`, 'utf8')) as Record<
  string,
  { cameras: { class: number; map: number[] } }
>
const photo = {
  width: 32,
  height: 32,
  data: Uint8Array.from(numbers(decodeNpy(new Uint8Array(readFileSync(`${folder}/photo.npy`))))),
}
const preset: PresetFile = { mean: [0, 0, 0], std: [1, 1, 1], fit: 'stretch' }
const three = { steps: 3, stretch: 2 }

test.each(['residual', 'flat'])('%s: three scales', async (name) => {
  const { cameras } = rows[name] as (typeof rows)[string]
  const vision = await openModel(`${folder}/${name}.onnx`, { preset })
  const layer =
    name === 'flat' ? vision.layers.find(({ op, height }) => op === 'Relu' && height === 16)?.name : undefined
  const { raw, certificate } = await explain(vision, photo, {
    method: 'cameras',
    class: cameras.class,
    options: three,
    ...(layer ? { layer } : {}),
  })
  expect(certificate.details.scales).toBe('32x32, 48x48, 64x64')
  expect(relativeError(raw.data, cameras.map)).toBeLessThan(1e-4)
})

test('scales whose top class is another are left out when no class was asked for', async () => {
  const vision = await openModel(`${folder}/flat.onnx`, { preset })
  const own = await explain(vision, photo, { method: 'cameras', options: { ...three, scales: 'all' } })
  expect(own.certificate.details.left).toBe(0)
  const consistent = await explain(vision, photo, { method: 'cameras', options: { ...three, stretch: 6, steps: 6 } })
  expect(consistent.certificate.details.scales).toMatch(/^32x32/)
})

test('a spent budget ends it after the scale that is being asked', async () => {
  const vision = await openModel(`${folder}/residual.onnx`, { preset })
  await using explainer = await openExplainer(vision, findMethod('cameras'), { options: three })
  const { certificate } = await explainer.explain(photo, { class: 2, budget: 0 })
  expect(certificate.details.scales).toBe('32x32')
})

test('a cancelled run ends with the reason', async () => {
  const vision = await openModel(`${folder}/residual.onnx`, { preset })
  await using explainer = await openExplainer(vision, findMethod('cameras'), { options: three })
  const stop = new AbortController()
  const run = explainer.explain(photo, {
    class: 2,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  })
  await expect(run).rejects.toThrow('enough')
})
