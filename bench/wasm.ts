/**
 * What an explanation costs on ONNX Runtime's WebAssembly build in Node: forward, forward + input gradient, Grad-CAM, taking turns.
 *
 *   npm run bench:wasm -- [--models a,b…] [--rounds 9] [--minutes 8] [--json file]      (after npm run build)
 *
 * Models: efficientnet-lite0 (the embedded one), and those that bench/gradient.ts has exported to .cache/bench. One thread: what
 * onnxruntime-web takes on two cores. Goal: forward + gradient in 2.6 forwards.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { loadPrograms } from './programs.ts'
import { median, spread } from './statistics.ts'
import { ratios, type Times, takeTurns, timed } from './turns.ts'

const goal = 2.6
const { values: flags } = parseArgs({
  options: {
    models: { type: 'string', default: 'resnet18,mobilenet_v2,squeezenet1_1,efficientnet-lite0' },
    rounds: { type: 'string', default: '9' },
    minutes: { type: 'string', default: '8' },
    json: { type: 'string', default: '.bench/wasm.json' },
  },
})
const models = flags.models.split(',')
const seconds = (60 * Number(flags.minutes)) / models.length

async function measure(model: string): Promise<Times> {
  const file = model === 'efficientnet-lite0' ? undefined : `.cache/bench/${model}.onnx`
  if (file && !existsSync(file)) throw new Error(`${file} is missing; npm run bench:gradient -- ${model} exports it.`)
  const programs = await loadPrograms(file, 1, 1, 'wasm')
  const contenders = programs.map(({ label, run }) => ({ label, run: () => timed(run) }))
  const times = await takeTurns(contenders, Number(flags.rounds), seconds)
  for (const program of programs) await program.close()
  return times
}

const rows: { model: string; load: number; times: Times }[] = []
for (const model of models) {
  const [load = 0] = loadavg()
  const times = await measure(model)
  rows.push({ model, load, times })
  const gradient = ratios(times, 'saliency', 'forward')
  console.log(
    `${model.padEnd(20)} forward ${spread(times.forward ?? [], 1)} ms, + gradient ${spread(gradient)} x (goal ${goal} ${median(gradient) <= goal ? 'holds' : 'missed'}), Grad-CAM ${spread(ratios(times, 'grad-cam', 'forward'))} x; ${gradient.length} rounds, load before ${load.toFixed(1)}`,
  )
}
mkdirSync(dirname(flags.json), { recursive: true })
writeFileSync(flags.json, JSON.stringify({ date: new Date().toISOString(), node: process.version, rows }, null, 2))
