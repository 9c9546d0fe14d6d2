/** Layers, gallery and features show what the library answers in Node. */

import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFeature } from '../../src/features/index.ts'
import { defaultLayer, feedsOf, openModel, prepare } from '../../src/models/index.ts'
import { decodeImage } from '../../src/platform/node.ts'
import { readValues } from '../../src/runtime/index.ts'
import { numbers, type Tensor } from '../../src/tensor/index.ts'
import { openStudio, type Studio, settled } from './studio.ts'

let studio: Studio
let page: Page
const file = 'test/fixtures/nets/f3-torchscript-17.onnx'
const photo = await decodeImage(readFileSync('examples/photos/rocket.jpg'))

beforeAll(async () => {
  studio = await openStudio([file, 'examples/photos/rocket.jpg', 'examples/photos/coffee.png'])
  page = await studio.page('#view=layers')
}, 60_000)
afterAll(() => studio.close())

test('the strongest channel of the usual layer is the one that Node finds, with its range', async () => {
  const vision = await openModel(file)
  const { layer } = defaultLayer(vision.model.graph, vision.measured, vision.layers, vision.answer.value)
  const { tensor } = prepare(photo, vision.format)
  const value = (await readValues(vision.model, feedsOf(vision, tensor), [layer.name]))[layer.name] as Tensor
  const size = layer.height * layer.width
  const planes = Array.from({ length: layer.channels }, (_, i) => numbers(value).slice(i * size, (i + 1) * size))
  const strengths = planes.map((plane) => plane.reduce((sum, one) => sum + Math.abs(one), 0))
  const strongest = strengths.indexOf(Math.max(...strengths))
  await page.locator('.tiles canvas').waitFor()
  const caption = (await page.locator('.channel figcaption').first().textContent()) ?? ''
  const [, channel, low, high] = /channel (\d+) · (\S+) to (\S+)/.exec(caption) ?? []
  expect(Number(channel)).toBe(strongest)
  const plane = planes[strongest] as Float64Array
  expect(Number(low)).toBeCloseTo(Math.min(...plane), 2)
  expect(Number(high)).toBeCloseTo(Math.max(...plane), 2)
  expect(await page.locator('.layer-head h2').getAttribute('title')).toBe(layer.name)
})

test('another channel is chosen by its tile, another node by the keyboard', async () => {
  await page.locator('.tiles').focus()
  await page.keyboard.press('ArrowRight')
  const first = await page.locator('.channel figcaption').first().textContent()
  await page.keyboard.press('ArrowRight')
  expect(await page.locator('.channel figcaption').first().textContent()).not.toBe(first)
  await page.locator('.channel figure:nth-child(2) canvas').waitFor()
  const title = await page.locator('.layer-head h2').getAttribute('title')
  await page.locator('.graph canvas').focus()
  await page.keyboard.press('ArrowUp')
  expect(await page.locator('.layer-head h2').getAttribute('title')).not.toBe(title)
})

test('the gallery explains every photograph, filters by class and confidence, and opens one', async () => {
  await page.keyboard.press('3')
  await page.waitForFunction(() => document.querySelectorAll('.card canvas[data-painted]').length === 2)
  const labels = await page.locator('.card strong').allTextContents()
  expect(labels.every((label) => /^class \d$/.test(label))).toBe(true)
  const box = page.getByLabel('Only where the top class contains')
  await box.fill('no such class')
  await page.getByText('No photograph passes the filter.').waitFor()
  await box.fill(labels[1] as string)
  expect(await page.locator('.card').count()).toBe(labels.filter((label) => label === labels[1]).length)
  await box.fill('')
  await page.locator('.card').nth(1).click()
  await settled(page, 2)
  expect(await page.locator('.rail [aria-pressed=true]').getAttribute('title')).toBe('coffee.png')
  await page.locator('.rail .thumb').first().click()
})

test('a feature runs in the page as it does in Node', async () => {
  const canny = await findFeature('canny')
  const usual = Object.fromEntries(Object.entries(canny.options).map(([name, option]) => [name, option.default]))
  const right = canny.run([photo], usual)
  await page.keyboard.press('4')
  await page.locator('.tag', { hasText: 'canny' }).click()
  await page.locator('.inspector h2', { hasText: canny.title }).waitFor()
  await page.locator('.stages li').first().waitFor()
  expect(await page.locator('.stages .caption').allTextContents()).toEqual(right.stages.map(({ caption }) => caption))
  expect(JSON.parse((await page.locator('.result').textContent()) ?? '')).toEqual(
    JSON.parse(JSON.stringify(right.result)),
  )
})

test('the answers are there even when no explanation is', async () => {
  const refused = await studio.page('#target=logitz[0]')
  await refused.locator('.failed', { hasText: 'logitz' }).first().waitFor()
  await refused.locator('.class-bar').first().waitFor()
  expect(await refused.locator('.class-bar').count()).toBe(5)
  await refused.close()
})
