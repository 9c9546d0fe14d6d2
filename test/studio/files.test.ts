/** What is dropped, what is taken away, and what goes wrong. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel } from '../../src/models/index.ts'
import { decodeImage } from '../../src/platform/node.ts'
import { decodeNpy } from '../../src/tensor/index.ts'
import { hugeNet, slowNet } from './nets.ts'
import { drop, openStudio, type Studio, settled, take } from './studio.ts'

let studio: Studio
let page: Page
const folder = mkdtempSync(join(tmpdir(), 'fovea-studio-'))

beforeAll(async () => {
  studio = await openStudio()
  page = await studio.page('#panels=grad-cam;saliency')
  await settled(page, 2)
}, 90_000)

afterAll(async () => {
  await studio.close()
  rmSync(folder, { recursive: true, force: true })
})

const said = async () => {
  const text = await page.locator('.notice.error').textContent()
  await page.keyboard.press('Escape')
  await page.locator('.notice').waitFor({ state: 'hidden' })
  return text
}

test('a report opens from disk and stands alone', async () => {
  const { name, bytes } = await take(page, 'Report')
  expect(name).toBe('chelsea.report.html')
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const report = await studio.browser.newPage()
  const asked: string[] = []
  report.on('request', (request) => asked.push(request.url().slice(0, 40)))
  await report.goto(`file://${path}`)
  expect(await report.locator('h1').textContent()).toMatch(/^chelsea.png — efficientnet-lite0 — tiger cat \d/)
  expect(await report.locator('.map').count()).toBe(2)
  const widths = await report
    .locator('img')
    .evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth))
  expect(widths.every((width) => width > 0)).toBe(true)
  const before = await report.locator('.map').first().getAttribute('src')
  await report.locator('#peek').check()
  expect(await report.locator('.map').first().getAttribute('src')).not.toBe(before)
  const first = () => report.locator('.facts tbody tr').first().locator('td').first().textContent()
  await report.locator('[data-column="0"]').click()
  await report.locator('[data-column="0"]').click()
  expect(await first()).toBe('saliency')
  expect(asked.filter((url) => !/^(file|data):/.test(url))).toEqual([])
  await report.close()
})

test('pictures, arrays and the compiled model are what they say', async () => {
  const png = await decodeImage((await take(page, 'PNG')).bytes)
  expect([png.width, png.height]).toEqual([640, 426])
  expect((await decodeImage((await take(page, 'Sheet PNG')).bytes)).width).toBeGreaterThan(900)
  expect(new TextDecoder().decode((await take(page, 'Sheet SVG')).bytes)).toMatch(
    /^<svg[^>]*>[^]*Grad-CAM[^]*<\/svg>\n$/,
  )
  const arrays = unzipSync((await take(page, 'NPZ')).bytes)
  expect(Object.keys(arrays).sort()).toEqual([
    '1-grad-cam.npy',
    '1-grad-cam.raw.npy',
    '2-saliency.npy',
    '2-saliency.raw.npy',
  ])
  expect(decodeNpy(arrays['1-grad-cam.raw.npy'] as Uint8Array).dims).toEqual([7, 7])
  expect(decodeNpy(arrays['1-grad-cam.npy'] as Uint8Array).dims).toEqual([300, 451])
  const record = JSON.parse(new TextDecoder().decode((await take(page, 'JSON')).bytes))
  expect(record.explanations.map(({ method }: { method: string }) => method)).toEqual(['grad-cam', 'saliency'])
  const compiled = await openModel((await take(page, 'ONNX')).bytes)
  expect(compiled.model.graph.outputs.map(({ name }) => name)).toContain('heatmap')
  await page.keyboard.press('Escape')
})

test('a photograph and a model of one’s own are dropped in and explained', async () => {
  await drop(page, { 'my coffee.png': 'examples/photos/coffee.png' })
  await page.locator('.rail [aria-pressed=true][title="coffee.png"]').waitFor()
  await settled(page, 2)
  expect(await page.locator('.class-bar').first().textContent()).toContain('espresso')
  await drop(page, { 'camera.png': 'examples/photos/camera.png' })
  await page.locator('.rail [aria-pressed=true][title="camera.png"]').waitFor()
  await drop(page, { 'net.onnx': 'test/fixtures/nets/f3-torchscript-17.onnx' })
  await page.locator('.model-button', { hasText: 'net.onnx' }).waitFor()
  await settled(page, 2)
  await page.locator('.class-bar', { hasText: 'class 2' }).waitFor()
  await page.keyboard.press('p')
  expect(await page.locator('dialog .note').first().textContent()).toMatch(/a guess/)
  await page.locator('dialog .method-list button', { hasText: 'efficientnet-lite0' }).click()
  await page.keyboard.press('Escape')
  await settled(page, 2)
})

test('what is no picture and no model is refused in a sentence, and the page stays as it was', async () => {
  const shown = await page.locator('.rail li').count()
  await drop(page, { 'broken.png': readFileSync('examples/photos/chelsea.png').subarray(0, 20_000) })
  expect(await said()).toMatch(/'broken.png' cannot be decoded: the PNG data is damaged/)
  await drop(page, { 'letter.png': new TextEncoder().encode('Dear model,\nwhat do you see?') })
  expect(await said()).toMatch(/'letter.png' is no picture that can be read: it is plain text/)
  expect(await page.locator('.rail li').count()).toBe(shown)
  await drop(page, { 'weights.onnx': new TextEncoder().encode('<!doctype html><html>404</html>') })
  expect(await said()).toMatch(/^weights.onnx .*HTML/)
  await drop(page, { 'cut.onnx': readFileSync('test/fixtures/nets/f3-torchscript-17.onnx').subarray(0, 9000) })
  expect(await said()).toMatch(/^cut.onnx /)
  expect(await page.locator('.model-button').textContent()).toContain('efficientnet-lite0')
  expect(await page.locator('.panel[aria-busy=false]').count()).toBe(2)
})

test('a model that needs more memory than there is says so, and the page goes on', async () => {
  await drop(page, { 'huge.onnx': hugeNet() })
  await page.getByText('it needs more memory than there is').first().waitFor()
  await page.keyboard.press('Escape')
  await chooseModel('efficientnet-lite0')
  await page.locator('.class-bar').nth(1).click()
  await settled(page, 2)
  await page.locator('.class-bar').first().click()
  await settled(page, 2)
}, 120_000)

async function chooseModel(name: string): Promise<void> {
  await page.keyboard.press('p')
  await page.locator('dialog .method-list button', { hasText: name }).click()
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'hidden' })
}

test('a run that is cancelled stops, keeps the page alive, and can be asked for again', async () => {
  await drop(page, { 'slow.onnx': slowNet() })
  await page.locator('.model-button', { hasText: 'slow.onnx' }).waitFor()
  await page.getByRole('button', { name: 'Cancel this run' }).first().click()
  await page.locator('.plate', { hasText: 'Cancelled.' }).first().waitFor()
  await chooseModel('efficientnet-lite0')
  await settled(page, 2)
  await page.locator('.rail .thumb').nth(2).click()
  await settled(page, 2)
  await page.locator('.class-bar', { hasText: 'missile' }).waitFor()
}, 120_000)

test('a run of many samples shows how far it is, and stops between two of them', async () => {
  const sampled = await studio.page('#panels=smooth-grad,samples:400')
  await sampled.locator('[role=progressbar][aria-valuenow]').waitFor()
  await sampled.getByRole('button', { name: 'Cancel this run' }).click()
  await sampled.getByText('Cancelled.').waitFor()
  await sampled.close()
})
