/**
 * What each method of the catalogue costs, in milliseconds and in forward passes of the model, beside Captum and pytorch-grad-cam in the
 * same run: every round each contender has one turn, until it has had its share of time. One image, class 0, the default layer.
 *
 *   npm run bench:methods -- [models…] [--methods grad-cam,cam,…] [--rounds 9] [--limit 20] [--threads 2] [--no-python] [--json file]
 *
 * Models: efficientnet-lite0 (the embedded one; default) and torchvision's classifiers by name. A contender that has run for --limit
 * seconds has no more turns, so that Score-CAM's thousand forward passes come once. Programs are timed as what they are, one run of
 * a session; runs as one call of `explain`, their own first forward pass included.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { classInput, compileMethod, findMethod, type Method, methods, openExplainer } from 'fovea/explain'
import { openModel, prepare, type VisionModel } from 'fovea/models'
import { openProgram } from 'fovea/runtime'
import { type Image, int64, random } from 'fovea/tensor'
import { measuredNow } from './machine.ts'
import { median, spread } from './statistics.ts'
import { timed } from './turns.ts'
import { openWorker, type Worker } from './worker.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    methods: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    limit: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    python: { type: 'boolean', default: true },
    json: { type: 'string', default: '.bench/methods.json' },
  },
})
const [rounds, limit, threads] = [Number(flags.rounds), Number(flags.limit), Number(flags.threads)]
const chosen = flags.methods?.split(',').map(findMethod) ?? methods

const side = 224
const { uniform } = random(1)
const image: Image = {
  width: side,
  height: side,
  data: Uint8Array.from({ length: 3 * side * side }, (_, i) => Math.floor(256 * uniform(i))),
}

interface Contender {
  readonly label: string
  readonly method: string
  /** One run; its seconds. */
  run(): Promise<number>
  close?(): Promise<void>
}

async function forward(vision: VisionModel): Promise<Contender> {
  const program = await openProgram(vision.model, { threads })
  const feeds = { [vision.image.name]: prepare(image, vision.format).tensor }
  const fetches = [vision.answer.value]
  return {
    label: 'fovea',
    method: 'forward',
    run: () => timed(() => program.run(feeds, { fetches })),
    close: () => program[Symbol.asyncDispose](),
  }
}

async function ours(vision: VisionModel, method: Method): Promise<Contender> {
  const common = { label: 'fovea', method: method.name }
  if (method.kind === 'run') {
    const explainer = await openExplainer(vision, method, { threads })
    const run = () => timed(() => explainer.explain(image, { class: 0 }))
    return { ...common, run, close: () => explainer[Symbol.asyncDispose]() }
  }
  const compiled = await compileMethod(vision, method, { class: 'required' })
  const program = await openProgram(compiled.model, { threads })
  const feeds = {
    [vision.image.name]: prepare(image, vision.format).tensor,
    ...(compiled.classes.class ? { [classInput]: int64([1], [0]) } : {}),
  }
  const fetches = [vision.answer.value, compiled.heatmap.name]
  return {
    ...common,
    run: () => timed(() => program.run(feeds, { fetches })),
    close: () => program[Symbol.asyncDispose](),
  }
}

function peer(worker: Worker, kind: string): Contender {
  const [label = '', method = ''] = kind.includes(' ') ? kind.split(' ') : ['torch', kind]
  return {
    label,
    method,
    async run() {
      const { seconds, failed } = await worker.ask<{ seconds?: number; failed?: string }>(`run ${kind}`)
      if (seconds === undefined) throw new Error(failed)
      return seconds
    },
  }
}

/** Milliseconds of every turn; a contender that fails has its reason instead. */
async function takeTurns(contenders: readonly Contender[]): Promise<Map<Contender, number[] | string>> {
  const times = new Map<Contender, number[] | string>(contenders.map((contender) => [contender, []]))
  const spent = new Map<Contender, number>()
  for (let round = -1; round < rounds; round++)
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + 1 + turn) % contenders.length] as Contender
      const list = times.get(contender)
      const used = spent.get(contender) ?? 0
      if (typeof list === 'string' || used > limit) continue
      await pause(30)
      const seconds = await contender.run().catch((error: Error) => error.message)
      if (typeof seconds === 'string') times.set(contender, seconds)
      else {
        spent.set(contender, used + seconds)
        // The first run fills caches, and counts only where there is no other.
        if (round === 0) list?.splice(0)
        list?.push(1000 * seconds)
      }
    }
  return times
}

async function measure(model: string, worker: Worker | undefined): Promise<object> {
  const file = `.cache/bench/${model}.onnx`
  const { kinds } = worker ? await worker.ask<{ kinds: string[] }>(`load ${model} ${file}`) : { kinds: [] }
  const vision = await openModel(
    model === 'efficientnet-lite0' ? undefined : file,
    model === 'efficientnet-lite0' ? {} : { preset: 'torchvision', size: [side, side] },
  )
  const contenders = [await forward(vision)]
  const left: string[] = []
  for (const method of chosen)
    await ours(vision, method).then(
      (contender) => contenders.push(contender),
      (error: Error) => left.push(`${method.name}: ${error.message}`),
    )
  const names = new Set(['forward', ...chosen.map(({ name }) => name)])
  for (const kind of kinds) {
    const contender = peer(worker as Worker, kind)
    if (names.has(contender.method)) contenders.push(contender)
  }
  const times = await takeTurns(contenders)
  for (const contender of contenders) await contender.close?.()
  return print(model, times, left)
}

function print(model: string, times: Map<Contender, number[] | string>, left: readonly string[]): object {
  const entries = [...times].map(([{ label, method }, list]) => ({ label, method, list }))
  const listOf = (label: string, method: string) => {
    const found = entries.find((entry) => entry.label === label && entry.method === method)?.list
    return Array.isArray(found) ? found : undefined
  }
  console.log(
    `\n${model}  ${threads} threads; ms: median (middle half), least; forward passes by medians, by the least times; the peer's time over Fovea's`,
  )
  const rows = entries.map(({ label, method, list }) => {
    const head = `  ${method.padEnd(24)} ${label.padEnd(18)}`
    if (!Array.isArray(list)) {
      console.log(`${head} failed: ${list}`)
      return { label, method, failed: list }
    }
    const forward = listOf(label === 'fovea' ? 'fovea' : 'torch', 'forward') ?? []
    const [passes, least] = [median(list) / median(forward), Math.min(...list) / Math.min(...forward)]
    const own = label === 'fovea' ? undefined : listOf('fovea', method)
    const ratio = own && median(list) / median(own)
    const beside = ratio === undefined ? '' : `   ${ratio.toFixed(2)} x Fovea's time`
    console.log(
      `${head} ${spread(list, 1).padStart(26)} ${Math.min(...list)
        .toFixed(1)
        .padStart(9)} ${passes.toFixed(2).padStart(9)} ${least.toFixed(2).padStart(7)}${beside}`,
    )
    return {
      label,
      method,
      ms: median(list),
      turns: list.length,
      passes,
      least,
      ...(ratio === undefined ? {} : { ratio }),
    }
  })
  for (const line of left) console.log(`  left out: ${line}`)
  return { model, rows, left }
}

const [load = 0] = loadavg()
if (load > 0.5) console.log(`The machine is busy (load ${load.toFixed(1)}): these times say little.`)
const worker = flags.python ? openWorker('methods_worker.py', String(threads)) : undefined
const results: object[] = []
for (const model of positionals.length > 0 ? positionals : ['efficientnet-lite0']) {
  results.push(await measure(model, worker))
  mkdirSync(dirname(flags.json), { recursive: true })
  const about = {
    threads,
    rounds,
    limit,
    load,
    ...measuredNow(),
    node: process.version,
  }
  writeFileSync(flags.json, JSON.stringify({ ...about, results }, null, 2))
}
worker?.end()
console.log(`\n${flags.json}`)
process.exit(0)
