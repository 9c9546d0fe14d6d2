/**
 * The zoo: many models, exported by PyTorch with random weights, through Fovea; each input gradient against PyTorch's in float64.
 *
 *     npm run zoo [-- names... --exporter torchscript|dynamo --opset N --force --keep --timeout SECONDS]
 *     npm run zoo -- --report        only writes docs/zoo.md from the rows of earlier runs, as many as there are
 *
 * A row passes when the relative L2 error is at most max(1e-4, 3 x the error of PyTorch's own float32 gradient), a batch of two
 * equals two single runs, and Grad-CAM is finite at its default layer. Rows are remembered in .cache/zoo; docs/zoo.md shows the
 * last of each entry, and is written when each has one.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { folderOf, type Plan, readEntry } from './entry.ts'
import { python, root, runPython } from './python.ts'
import { writeReport } from './report.ts'
import { heading, judge, lineOf, type Row } from './row.ts'
import type { Trial } from './trial.ts'

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    exporter: { type: 'string' },
    opset: { type: 'string' },
    force: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    timeout: { type: 'string', default: '900' },
    report: { type: 'boolean', default: false },
  },
})
const timeout = 1000 * Number(flags.timeout)
/** Models above this many bytes are deleted after their row, unless --keep. */
const big = 200e6

function main(): void {
  if (!existsSync(`${root}dist/index.js`)) throw new Error('The zoo runs the built package: run `npm run build` first.')
  const all = plan()
  if (flags.report) {
    writeReport(all.flatMap(lastRow))
    return
  }
  const wanted = all.filter(chosen)
  const unknown = names.filter((name) => !all.some((entry) => entry.name === name))
  if (unknown.length > 0)
    throw new Error(`The zoo has no ${unknown.join(', ')}; scripts/python/zoo.py --list tells all.`)
  console.log(heading())
  let [passed, failed] = [0, 0]
  for (const entry of wanted) {
    const row = rowOf(entry)
    console.log(lineOf(row))
    if (row.faults.length === 0) passed++
    else if (!row.notExported) failed++
    mkdirSync(folderOf(entry), { recursive: true })
    writeFileSync(`${folderOf(entry)}/row.json`, `${JSON.stringify(row, null, 2)}\n`)
    const rows = all.flatMap(lastRow)
    if (rows.length === all.length) writeReport(rows)
  }
  console.log(`${passed} passed, ${failed} failed, ${wanted.length - passed - failed} not exported`)
  process.exitCode = failed > 0 ? 1 : 0
}

function plan(): Plan[] {
  const lines = runPython('zoo.py', ['--list']).trim().split('\n')
  return lines.map((line) => {
    const [name = '', exporter = '', opset = ''] = line.split(' ')
    return { name, exporter, opset: Number(opset) }
  })
}

const chosen = ({ name, exporter, opset }: Plan) =>
  (names.length === 0 || names.includes(name)) &&
  (flags.exporter === undefined || flags.exporter === exporter) &&
  (flags.opset === undefined || Number(flags.opset) === opset)

function lastRow(entry: Plan): Row[] {
  const file = `${folderOf(entry)}/row.json`
  return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Row] : []
}

function rowOf(plan: Plan): Row {
  const folder = folderOf(plan)
  const date = new Date().toISOString().slice(0, 10)
  const unexported = exported(plan, folder)
  if (unexported) return { ...plan, date, faults: [unexported], notExported: true }
  const entry = readEntry(folder)
  if (!entry?.ok)
    return { ...plan, date, faults: [`Not exported: ${entry?.error ?? 'no entry.json'}`], notExported: true }
  const trial = inProcess(folder)
  if (!flags.keep && statSync(`${folder}/${entry.model}`).size > big) rmSync(`${folder}/${entry.model}`)
  if (typeof trial === 'string') return { ...plan, date, float32Error: entry.float32Error, faults: [trial] }
  return judge(plan, date, entry.float32Error, trial)
}

/** Makes the entry where it is missing; returns the reason when that fails altogether. */
function exported({ name, exporter, opset }: Plan, folder: string): string | undefined {
  const entry = readEntry(folder)
  const there = entry && (!entry.ok || existsSync(`${folder}/${entry.model}`))
  if (there && !flags.force) return undefined
  const args = ['--export', name, '--exporter', exporter, '--opset', String(opset), '--force']
  const { status, signal, stderr } = spawnSync(python(), [`${root}scripts/python/zoo.py`, ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout,
    killSignal: 'SIGKILL',
  })
  return status === 0 ? undefined : `Not exported: Python ended with ${signal ?? status}: ${lastLine(stderr)}`
}

/** The trial, or a sentence that says how its process ended. */
function inProcess(folder: string): Trial | string {
  const script = fileURLToPath(new URL('trial.ts', import.meta.url))
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, folder], {
    cwd: root,
    encoding: 'utf8',
    timeout,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 26,
  })
  if (signal === 'SIGKILL') return `It did not end within ${timeout / 1000} s, or was killed.`
  if (status !== 0 || signal) return `The process ended with ${signal ?? status}: ${lastLine(stderr)}`
  const result = JSON.parse(lastLine(stdout)) as Trial | { error: string }
  return typeof result.error === 'string' ? result.error : (result as Trial)
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? ''

main()
