/** WebGPU, emulated in software, on a small network: the self-check passes and heatmaps are those of WebAssembly. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeNpy, numbers } from '../../src/tensor/index.ts'
import { openStudio, type Studio, settled, take } from './studio.ts'

let studio: Studio

beforeAll(async () => {
  studio = await openStudio(
    ['test/fixtures/nets/f3-torchscript-17.onnx', 'examples/photos/rocket.jpg'],
    ['--enable-unsafe-webgpu'],
  )
}, 60_000)
afterAll(() => studio.close())

test('answers as WebAssembly does', async () => {
  const maps: Float64Array[] = []
  for (const query of ['?device=wasm', '?device=emulated']) {
    const onGpu = query === '?device=emulated'
    // What WebAssembly computed before the check passed is kept: the GPU is asked for another class.
    const page = await studio.page(`#panels=grad-cam;saliency&class=${onGpu ? 4 : 1}`, { query })
    await settled(page, 2)
    if (onGpu) {
      await page.locator('.status .right', { hasText: 'webgpu' }).waitFor()
      await page.locator('#class-search').fill('1')
      await page.keyboard.press('Enter')
      await page.locator('.chip', { hasText: 'class 1' }).waitFor()
      await settled(page, 2)
      expect(await page.locator('.facts', { hasText: 'engine' }).innerText()).toContain('onnxruntime-web webgpu')
    }
    for (const key of ['', 'j']) {
      if (key) await page.keyboard.press(key)
      maps.push(numbers(decodeNpy((await take(page, 'NPY')).bytes)))
      await page.keyboard.press('Escape')
      await page.locator('dialog').waitFor({ state: 'hidden' })
    }
    await page.close()
  }
  const [cam, saliency, camByGpu, saliencyByGpu] = maps as [Float64Array, Float64Array, Float64Array, Float64Array]
  for (const [right, got] of [
    [cam, camByGpu],
    [saliency, saliencyByGpu],
  ] as const) {
    const largest = right.reduce((most, value) => (value > most ? value : most), 0)
    const worst = right.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] as number)) || 0), 0)
    expect(largest).toBeGreaterThan(0)
    expect(worst / largest).toBeLessThan(1e-3)
  }
}, 120_000)
