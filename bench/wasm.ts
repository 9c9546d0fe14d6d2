/**
 * What an explanation costs on ONNX Runtime's WebAssembly: forward, forward + input gradient, Grad-CAM, taking turns; in Node on one
 * thread (what onnxruntime-web takes there), and in a page of real Chromium on one and on two.
 *
 *   npm run bench:wasm -- [--models a,b…] [--in node,chromium] [--rounds 9] [--minutes 10] [--json file]    (after npm run build)
 *
 * Models: efficientnet-lite0 (the embedded one), and those that bench/gradient.ts has exported to .cache/bench. Goal: forward +
 * gradient in 2.6 forwards.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { openBrowser } from './chromium-page.ts'
import { measuredNow } from './machine.ts'
import { loadPrograms, type Timed } from './programs.ts'
import { wasmGoal as goal } from './report-engines.ts'
import { median, spread } from './statistics.ts'
import { type Contender, ratios, type Times, takeTurns, timed } from './turns.ts'

const { values: flags } = parseArgs({
  options: {
    models: { type: 'string', default: 'resnet18,mobilenet_v2,squeezenet1_1,efficientnet-lite0' },
    in: { type: 'string', default: 'node,chromium' },
    rounds: { type: 'string', default: '9' },
    minutes: { type: 'string', default: '10' },
    json: { type: 'string', default: '.bench/wasm.json' },
  },
})
const models = flags.models.split(',')
const places = flags.in.split(',')
const settings = [
  ...(places.includes('node') ? [{ place: 'Node', threads: 1 }] : []),
  ...(places.includes('chromium') ? [1, 2].map((threads) => ({ place: 'Chromium', threads })) : []),
]
const seconds = (60 * Number(flags.minutes)) / (models.length * settings.length)

interface Row {
  readonly model: string
  readonly place: string
  readonly threads: number
  readonly load: number
  readonly times: Times
}

const browser = places.includes('chromium') ? await openBrowser() : undefined

async function measure(model: string, { place, threads }: (typeof settings)[number]): Promise<Times> {
  const file = model === 'efficientnet-lite0' ? undefined : `.cache/bench/${model}.onnx`
  if (file && !existsSync(file)) throw new Error(`${file} is missing; npm run bench:gradient -- ${model} exports it.`)
  const programs = await loadPrograms(file, 1, 1, 'wasm')
  const contenders = place === 'Node' ? inNode(programs) : await inChromium(programs, threads)
  const times = await takeTurns(contenders, Number(flags.rounds), seconds)
  for (const program of programs) await program.close()
  return times
}

const inNode = (programs: readonly Timed[]): Contender[] =>
  programs.map(({ label, run }) => ({ label, run: () => timed(run) }))

async function inChromium(programs: readonly Timed[], threads: number): Promise<Contender[]> {
  const runs = (await browser?.load(programs, threads)) ?? []
  return programs.map(({ label }, i) => ({ label, run: runs[i] as () => Promise<number> }))
}

const rows: Row[] = []
for (const setting of settings)
  for (const model of models) {
    const [load = 0] = loadavg()
    const times = await measure(model, setting)
    rows.push({ model, ...setting, load, times })
    const gradient = ratios(times, 'saliency', 'forward')
    const threads = setting.threads === 1 ? '1 thread ' : `${setting.threads} threads`
    console.log(
      `${setting.place.padEnd(8)} ${threads} ${model.padEnd(20)} forward ${spread(times.forward ?? [], 1)} ms, + gradient ${spread(gradient)} x (goal ${goal} ${median(gradient) <= goal ? 'holds' : 'missed'}), Grad-CAM ${spread(ratios(times, 'grad-cam', 'forward'))} x; ${gradient.length} rounds, load before ${load.toFixed(1)}`,
    )
    mkdirSync(dirname(flags.json), { recursive: true })
    writeFileSync(flags.json, JSON.stringify({ ...measuredNow(), node: process.version, rows }, null, 2))
  }
await browser?.close()
