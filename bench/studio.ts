/**
 * What the studio promises, measured in Chromium on this machine: page to first heatmap, what blocks the main thread, size of
 * the JavaScript, frames while the pointer moves over nine panels. `npm run bench:studio`
 */

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BrowserContext, chromium as engine, type Page } from 'playwright-core'
import { chromium, flags } from '../scripts/chromium.mjs'

const rounds = Number(process.env.ROUNDS ?? 5)
const server = spawn(process.execPath, ['dist/cli/main.js', 'studio', '--no-open', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
})
const url = await new Promise<string>((resolve) => server.stdout.once('data', (text) => resolve(String(text).trim())))

const profile = () => mkdtempSync(join(tmpdir(), 'fovea-bench-'))
const launch = (folder: string) =>
  engine.launchPersistentContext(folder, {
    executablePath: chromium(),
    args: flags,
    viewport: { width: 1280, height: 720 },
  })

/** Milliseconds from the navigation to the first painted heatmap; and the long tasks on the way. */
async function visit(context: BrowserContext): Promise<{ page: Page; ms: number }> {
  const page = await context.newPage()
  await page.addInitScript(() => {
    const tasks: number[] = []
    Object.assign(globalThis, { tasks })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration)
    }).observe({ type: 'longtask', buffered: true })
    new MutationObserver(() => {
      if (document.querySelector('canvas[data-painted]') && !('first' in globalThis))
        Object.assign(globalThis, { first: performance.now() })
    }).observe(document, { subtree: true, childList: true, attributes: true })
  })
  await page.goto(url)
  // A timer looks: the usual way draws a frame each time, which takes from the page what is measured.
  const ms = await page.waitForFunction(() => (globalThis as { first?: number }).first, null, {
    polling: 100,
    timeout: 60_000,
  })
  return { page, ms: (await ms.jsonValue()) as number }
}

const longest = (page: Page) =>
  page.evaluate(() => {
    const { tasks } = globalThis as unknown as { tasks: number[] }
    return tasks.splice(0).reduce((most, task) => Math.max(most, task), 0)
  })

const cold: number[] = []
const warm: number[] = []
const blocked: number[] = []
for (let i = 0; i < rounds; i++) {
  const folder = profile()
  const context = await launch(folder)
  const first = await visit(context)
  cold.push(first.ms)
  await first.page.waitForTimeout(4000)
  blocked.push(await longest(first.page))
  await first.page.close()
  const second = await visit(context)
  warm.push(second.ms)
  await context.close()
  rmSync(folder, { recursive: true, force: true })
}

/** Frames drawn while the pointer crosses a panel, one step a frame; and the slowest frame. */
async function hover(): Promise<{ fps: number; worst: number; blocked: number }> {
  const folder = profile()
  const context = await launch(folder)
  const { page } = await visit(context)
  await page.goto(`${url}#panels=${Array(9).fill('grad-cam').join(';')}`)
  await page.reload()
  await page.waitForFunction(() => document.querySelectorAll('.panel canvas[data-painted]').length === 9, null, {
    timeout: 60_000,
  })
  await page.waitForTimeout(3000)
  await longest(page)
  const frames = await page.evaluate(async () => {
    const picture = document.querySelectorAll('.picture')[1] as HTMLElement
    const { left, top, width, height } = picture.getBoundingClientRect()
    const times: number[] = []
    for (let i = 0; i < 120; i++) {
      const place = { clientX: left + (width * (i % 60)) / 60, clientY: top + (height * i) / 120, bubbles: true }
      picture.dispatchEvent(new PointerEvent('pointermove', place))
      times.push(await new Promise(requestAnimationFrame))
    }
    return times
  })
  const gaps = frames.slice(1).map((time, i) => time - (frames[i] as number))
  const result = {
    fps: (1000 * gaps.length) / gaps.reduce((a, b) => a + b),
    worst: Math.max(...gaps),
    blocked: await longest(page),
  }
  await context.close()
  rmSync(folder, { recursive: true, force: true })
  return result
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** processor time in microseconds */
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

/**
 * Milliseconds of processor time of the page's longest task during a cold load. The duration of a task grows with whatever
 * else runs on the machine; its processor time does not.
 */
async function longestOfProcessor(): Promise<number> {
  const folder = profile()
  const context = await launch(folder)
  const session = await context.newCDPSession(await context.newPage())
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.start', { transferMode: 'ReportEvents', categories: 'toplevel' })
  const { page } = await visit(context)
  await page.waitForTimeout(4000)
  await session.send('Tracing.end')
  await complete
  await context.close()
  rmSync(folder, { recursive: true, force: true })
  const main = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const tasks = events.filter(
    ({ name, pid, tid }) => name.endsWith('RunTask') && main.some((thread) => thread.pid === pid && thread.tid === tid),
  )
  if (tasks.length === 0) throw new Error('The trace holds no task of a main thread.')
  return tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur / 1000), 0)
}

const processor = await longestOfProcessor()
const hovering = await hover()
server.kill('SIGINT')

const gzipped = (name: string) => gzipSync(readFileSync(join('dist/studio/assets', name)), { level: 9 }).length
const scripts = readdirSync('dist/studio/assets').filter((name) => name.endsWith('.js'))
const sum = (names: readonly string[]) => names.reduce((total, name) => total + gzipped(name), 0)
const page = scripts.filter((name) => name.startsWith('index'))
const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number
const ms = (values: readonly number[]) =>
  `${middle(values).toFixed(0)} ms (${values.map((value) => value.toFixed(0)).join(', ')})`

console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`)
console.log(`page to first heatmap, cold     ${ms(cold)}   promised < 3000`)
console.log(`page to first heatmap, again    ${ms(warm)}   promised < 1000`)
console.log(`longest task on the page        ${ms(blocked)}   promised < 50; 0: none above 50`)
console.log(
  `  of processor time, cold       ${processor.toFixed(0)} ms in one more load: other programs do not stretch it`,
)
console.log(`JavaScript of the page          ${kB(sum(page))} gzipped   promised < 150`)
console.log(`  with all workers              ${kB(sum(scripts))} gzipped, without ONNX Runtime`)
console.log(
  `hovering over nine panels       ${hovering.fps.toFixed(0)} frames a second, slowest frame ${hovering.worst.toFixed(0)} ms, longest task ${hovering.blocked.toFixed(0)} ms   promised 30`,
)
