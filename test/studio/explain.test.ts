/** What the studio shows is what the library computes; in Chromium, against the same call in Node. */

import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Explanation, explain } from '../../src/explain/index.ts'
import { decodeImage } from '../../src/platform/node.ts'
import { decodeNpy, numbers } from '../../src/tensor/index.ts'
import { complaints, openStudio, type Studio, settled, take } from './studio.ts'

let studio: Studio
let page: Page

const photo = await decodeImage(readFileSync('examples/photos/chelsea.png'))
const inNode = (method: string, index?: number): Promise<Explanation> =>
  explain(undefined, photo, { method, ...(index === undefined ? {} : { class: index }) })

beforeAll(async () => {
  studio = await openStudio()
  page = await studio.page('#panels=grad-cam;saliency')
  await settled(page, 2)
}, 90_000)

afterAll(async () => {
  await studio.close()
})

/** Native ONNX Runtime and WebAssembly add in another order: 1e-4 of the largest value is hundreds of roundings. */
function expectSame(got: ArrayLike<number>, right: Float32Array): void {
  expect(got.length).toBe(right.length)
  const largest = right.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, Math.abs(value))), 0)
  let worst = 0
  right.forEach((value, i) => {
    expect(Number.isNaN(got[i])).toBe(Number.isNaN(value))
    if (!Number.isNaN(value)) worst = Math.max(worst, Math.abs(value - (got[i] as number)))
  })
  expect(worst / largest).toBeLessThan(1e-4)
}

const arrayOf = async () => numbers(decodeNpy((await take(page, 'NPY')).bytes))

test('the first visit shows the top class with its heatmap, as Node computes it', async () => {
  const right = await inNode('grad-cam')
  expect(await page.locator('.class-bar').first().textContent()).toContain(right.certificate.label)
  expectSame(await arrayOf(), right.heatmap.data)
  await page.keyboard.press('Escape')
})

test('the place under the pointer is read out in all panels, with the number that the API gives', async () => {
  const values = await arrayOf()
  await page.keyboard.press('Escape')
  const frame = page.locator('.panel .frame').nth(1)
  const box = await frame.boundingBox()
  if (!box) throw new Error('no frame')
  await page.mouse.move(box.x + box.width * 0.43, box.y + box.height * 0.61)
  const status = await page.locator('.status').innerText()
  const [, x, y] = /x (\d+) y (\d+)/.exec(status) ?? []
  const value = values[Number(y) * photo.width + Number(x)] as number
  await page.waitForFunction(() => document.body.innerText.match(/ · top \d+ %/g)?.length === 4)
  const said = await page.locator('.panel .reading').nth(1).textContent()
  expect(said).toMatch(/^\S+ · top \d+ %$/)
  expect(said?.split(' ')[0]).toBe(value.toPrecision(3))
  expect(await page.locator('.panel .reading').nth(2).textContent()).toMatch(/ · top \d+ %$/)
  expect(await page.locator('.panel .cross:visible').count()).toBe(3)
  const at = 3 * (Number(y) * photo.width + Number(x))
  expect(status).toContain([...photo.data.subarray(at, at + 3)].join(' '))
})

test('a click on a class explains it, and a second one gives the difference of the two', async () => {
  const bar = page.locator('.class-bar').nth(1)
  const label = (await bar.locator('.cut').textContent()) ?? ''
  await bar.click()
  await page.waitForFunction((text) => document.querySelector('.chip')?.textContent === text, label)
  await settled(page, 2)
  const right = await inNode('grad-cam', 285)
  expect(right.certificate.label).toBe(label)
  expectSame(await arrayOf(), right.heatmap.data)
  await page.keyboard.press('Escape')
  await page
    .locator('.class-bar')
    .nth(2)
    .click({ modifiers: ['Shift'] })
  await page.waitForFunction(() => document.querySelectorAll('.chip').length === 2)
  await settled(page, 2)
  expect(await page.locator('.panel .caption').nth(1).textContent()).toContain('logits[285] - logits[281]')
})

test('a class is found by its name, a target by typing it; a wrong one is said in the panels', async () => {
  await page.keyboard.press('c')
  await page.keyboard.type('espresso')
  await page.locator('[role=option]').first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await settled(page, 2)
  expect(await page.locator('.chip').first().textContent()).toMatch(/espresso/)
  await page.locator('#target').fill('logitz[3]')
  await page.locator('#target').press('Enter')
  await page.locator('.plate', { hasText: 'logitz' }).first().waitFor()
  await page.locator('#target').fill('prob[top]')
  await page.locator('#target').press('Enter')
  await settled(page, 2)
  expect(await page.locator('.panel .caption').nth(1).textContent()).toContain('prob[282]')
  await page.locator('#target').fill('')
  await page.locator('#target').press('Enter')
  await settled(page, 2)
})

test('six panels stand side by side; parameters are recomputed; the address brings all of it back', async () => {
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('a')
    await page.locator('dialog input:focus').waitFor()
    await page.keyboard.type(i % 2 ? 'Saliency' : 'Grad-CAM')
    await page.keyboard.press('Enter')
    await page.locator('dialog').waitFor({ state: 'hidden' })
  }
  await settled(page, 6)
  await page.locator('.panel').nth(3).locator('h3 button').focus()
  await page.getByRole('switch', { name: 'relu' }).click()
  await settled(page, 6)
  expect(await page.locator('.panel').nth(3).locator('.caption').textContent()).toContain('relu false')
  await expect.poll(() => page.locator('.panel').nth(3).locator('.ends').innerText()).toMatch(/^-\S+\s+0\s+\S+$/)
  await page.getByRole('button', { name: 'shared' }).click()
  const ends = page.locator('.panel .ends span:last-child')
  await page.waitForFunction(
    () =>
      new Set([...document.querySelectorAll('.panel .ends span:last-child')].map((end) => end.textContent)).size === 1,
  )
  expect(await ends.count()).toBe(6)
  await page.waitForTimeout(300)
  const again = await studio.page(new URL(page.url()).hash)
  await settled(again, 6)
  expect(await again.locator('.panel').nth(3).locator('.caption').textContent()).toContain('relu false')
  expect(await again.getByRole('button', { name: 'shared' }).getAttribute('aria-pressed')).toBe('true')
  await again.close()
})

test('nothing went wrong unseen', () => {
  expect(complaints).toEqual([])
})
