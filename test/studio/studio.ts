/** The studio as a person has it: the built command serves it, and real Chromium shows it. */

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Browser, chromium as engine, type Page } from 'playwright-core'
import { chromium, flags } from '../../scripts/chromium.mjs'

export interface Studio {
  readonly url: string
  readonly browser: Browser
  page(hash?: string, options?: Parameters<Browser['newPage']>[0] & { readonly query?: string }): Promise<Page>
  close(): Promise<void>
}

/** Errors that pages complained of since the studio was opened: the tests want none. */
export const complaints: string[] = []

export async function openStudio(words: readonly string[] = [], more: readonly string[] = []): Promise<Studio> {
  const server = spawn(process.execPath, ['dist/cli/main.js', 'studio', '--no-open', '--port', '0', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    server.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()))
    server.once('exit', (status) => reject(new Error(`fovea studio ended with ${status}`)))
  })
  const browser = await engine.launch({ executablePath: chromium(), args: [...flags, ...more] })
  return {
    url,
    browser,
    async page(hash = '', { query = '', ...options } = {}) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, ...options })
      page.setDefaultTimeout(45_000)
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await page.goto(`${url}${query}${hash}`)
      return page
    },
    async close() {
      await browser.close()
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGINT')
      await ended
    },
  }
}

/** Waits until `count` panels show what was asked for. */
export async function settled(page: Page, count: number): Promise<void> {
  await page.waitForFunction((wanted) => {
    const panels = [...document.querySelectorAll('.panel[aria-busy]')]
    return panels.length >= wanted && panels.every((panel) => panel.getAttribute('aria-busy') === 'false')
  }, count)
}

/** Files dropped on the page, as from a folder window. */
export async function drop(page: Page, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const entries = Object.entries(files).map(([name, content]) => {
    const bytes = typeof content === 'string' ? readFileSync(content) : content
    return [name, Buffer.from(bytes).toString('base64')] as const
  })
  const transfer = await page.evaluateHandle((all) => {
    const data = new DataTransfer()
    for (const [name, base64] of all) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      data.items.add(new File([bytes], name, { type: /\.(png|jpg)$/.test(name) ? 'image/png' : '' }))
    }
    return data
  }, entries)
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
}

/** Takes one of the offers of the dialog away, and gives its bytes. */
export async function take(page: Page, name: string): Promise<{ name: string; bytes: Uint8Array }> {
  if (!(await page.locator('dialog').isVisible())) await page.click('.head-right .take')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click(`.offers button:has(strong:text-is("${name}"))`),
  ])
  const bytes = new Uint8Array(readFileSync(await download.path()))
  return { name: download.suggestedFilename(), bytes }
}
