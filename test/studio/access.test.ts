/** Everybody can use it: WCAG AA by axe in every view, light and dark; the keyboard; a phone; a model without classes. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { complaints, openStudio, type Studio, settled } from './studio.ts'

let studio: Studio
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

beforeAll(async () => {
  studio = await openStudio(['test/fixtures/nets/f6-torchscript-17.onnx', 'examples/photos/rocket.jpg'])
}, 60_000)
afterAll(() => studio.close())

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

async function violations(page: Page): Promise<string[]> {
  await page.waitForTimeout(200)
  // By evaluation, not as a script element: the page's policy allows none but its own.
  const found = (await page.evaluate(
    `(() => { ${axe}; return axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }) })()`,
  )) as { violations: readonly Violation[] }
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  )
}

test.each(['light', 'dark'] as const)('axe finds nothing in %s', async (colorScheme) => {
  const page = await studio.page('#panels=grad-cam;saliency', { colorScheme })
  await settled(page, 2)
  expect(await violations(page)).toEqual([])
  for (const key of ['?', 'a', 'p', 'd']) {
    await page.keyboard.press(key)
    await page.locator('dialog').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'hidden' })
  }
  await page.keyboard.press('2')
  await page.locator('.tiles canvas').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('3')
  await page.locator('.card canvas').first().waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('4')
  await page.locator('.stages li').first().waitFor()
  expect(await violations(page)).toEqual([])
  await page.close()
})

test('the keyboard does everything: views, panels, reading, the place that is read out', async () => {
  const page = await studio.page('#panels=grad-cam;saliency')
  await settled(page, 2)
  await page.keyboard.press('j')
  await expect.poll(() => page.locator('.panel.selected').getAttribute('aria-label')).toBe('Saliency')
  await page.keyboard.press('s')
  await expect.poll(() => page.getByRole('button', { name: 'shared' }).getAttribute('aria-pressed')).toBe('true')
  await page.locator('.panel .picture').nth(1).focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => page.locator('.panel .reading').nth(1).textContent()).toMatch(/\d/)
  await page.keyboard.press('x')
  await expect.poll(() => page.locator('.panel[aria-busy]').count()).toBe(1)
  await page.close()
})

test('a dialog that closes leaves the one alone that was opened meanwhile, and gives the focus back', async () => {
  const page = await studio.page('#panels=grad-cam;saliency')
  await settled(page, 2)
  const help = page.locator('dialog[aria-label="Keyboard"]')
  const adding = page.locator('dialog[aria-label="Add a method"]')
  for (const closing of ['.dialog-head button', 'dialog']) {
    await page.locator('.head .model-button').focus()
    await page.keyboard.press('?')
    await help.waitFor()
    await page.evaluate((pressed) => {
      document.querySelector<HTMLElement>(pressed)?.click()
      dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }))
    }, closing)
    await adding.waitFor()
    await page.waitForTimeout(100)
    expect(await adding.isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await adding.waitFor({ state: 'hidden' })
    // Escape counts at once, too.
    await page.keyboard.press('?')
    await help.waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('a')
    await adding.waitFor()
    await page.keyboard.press('Escape')
    await adding.waitFor({ state: 'hidden' })
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('model-button')
  }
  await page.close()
})

test('a phone shows one panel a row, the inspector as a sheet, and nothing is cut off', async () => {
  const page = await studio.page('#panels=grad-cam;saliency', { viewport: { width: 390, height: 844 }, hasTouch: true })
  await settled(page, 2)
  const boxes = await page.locator('.panel').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left))
  expect(new Set(boxes).size).toBe(1)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await page.locator('.head .sheet-button').click()
  await page.getByText('Reading', { exact: true }).waitFor()
  expect(await violations(page)).toEqual([])
  await page.close()
})

test('nothing went wrong unseen', () => {
  expect(complaints).toEqual([])
})
