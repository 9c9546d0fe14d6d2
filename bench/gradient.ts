/**
 * What an explanation costs: forward, forward + input gradient (saliency), Grad-CAM; in the same run, taking turns, PyTorch's forward and
 * gradient (the faster of two memory formats), Captum's Saliency and pytorch-grad-cam. The floor of forward + gradient is 2.0 forwards.
 *
 *   npm run bench:gradient -- [models…] [--batch 1] [--rounds 15] [--threads 2] [--json file]
 */

import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { classInput, compileMethod, findMethod } from 'fovea/explain'
import { openModel } from 'fovea/models'
import { openProgram, type Program } from 'fovea/runtime'
import { float32, int64, random } from 'fovea/tensor'
import { median, spread } from './statistics.ts'
import { openWorker, type Worker } from './worker.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '15' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
})
const batch = Number(values.batch)
const rounds = Number(values.rounds)
const threads = Number(values.threads)
const names =
  positionals.length > 0 ? positionals : ['resnet18', 'resnet50', 'mobilenet_v2', 'squeezenet1_1', 'efficientnet-lite0']

type Times = Record<string, number[]>

const worker = openWorker('bench_worker.py', String(threads))
const rows: { model: string; times: Times }[] = []
for (const name of names) {
  const times = await measure(name, worker)
  rows.push({ model: name, times })
  print(name, times)
}
worker.end()
if (values.json)
  writeFileSync(values.json, JSON.stringify({ batch, threads, rounds, date: new Date().toISOString(), rows }, null, 2))
process.exit(0)

async function measure(name: string, python: Worker): Promise<Times> {
  const embedded = name === 'efficientnet-lite0'
  const file = `.cache/bench/${name}.onnx`
  const kinds = embedded ? [] : (await python.ask<{ kinds: string[] }>(`load ${name} ${batch} ${file}`)).kinds
  if (!embedded && !existsSync(file)) throw new Error(`${file} was not exported`)
  const vision = await openModel(embedded ? undefined : file, { preset: 'torchvision', size: [224, 224] })
  const { uniform } = random(1)
  const image = float32(
    [batch, 3, 224, 224],
    Float32Array.from({ length: batch * 150_528 }, (_, i) => 4 * uniform(i) - 2),
  )
  const programs: Record<string, () => Promise<unknown>> = {}
  const opened: Program[] = []
  const add = (
    label: string,
    program: Program,
    feeds: Record<string, ReturnType<typeof float32> | ReturnType<typeof int64>>,
    fetches: string[],
  ) => {
    opened.push(program)
    programs[label] = () => program.run(feeds, { fetches })
  }
  const own = { [vision.image.name]: image }
  add('forward', await openProgram(vision.model, { threads }), own, [vision.answer.value])
  for (const method of ['saliency', 'grad-cam']) {
    const compiled = await compileMethod(vision, findMethod(method), { class: 'required' })
    const program = await openProgram(compiled.model, { threads })
    add(method, program, { ...own, [classInput]: int64([1], [-1]) }, [vision.answer.value, compiled.heatmap.name])
  }
  const times: Times = {}
  for (let round = -2; round < rounds; round++) {
    const keep = (label: string, seconds: number) => {
      if (round < 0) return
      const list = times[label] ?? []
      list.push(1000 * seconds)
      times[label] = list
    }
    for (const [label, run] of Object.entries(programs)) {
      const start = performance.now()
      await run()
      keep(`fovea ${label}`, (performance.now() - start) / 1000)
    }
    for (const kind of kinds) keep(`torch ${kind}`, (await python.ask<{ seconds: number }>(`run ${kind}`)).seconds)
  }
  for (const program of opened) await program[Symbol.asyncDispose]()
  return times
}

function print(name: string, times: Times): void {
  const forward = times['fovea forward'] as number[]
  const ratio = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value / (b[i] as number))
  console.log(`\n${name}  batch ${batch}, ${threads} threads, ${rounds} rounds; ms, median (middle half)`)
  for (const [label, list] of Object.entries(times))
    console.log(
      `  ${label.padEnd(30)} ${spread(list, 1).padStart(24)}   ${spread(ratio(list, forward))} x Fovea's forward`,
    )
  const torch = ['torch gradient', 'torch gradient channels-last']
    .map((key) => times[key])
    .filter((list) => list !== undefined)
  const best = torch.sort((a, b) => median(a) - median(b))[0]
  const against = (label: string, other: readonly number[] | undefined, mine: string) => {
    if (other) console.log(`  ${label}: ${spread(ratio(other, times[mine] as number[]))} x Fovea's time`)
  }
  against('PyTorch gradient (faster format)', best, 'fovea saliency')
  against('Captum Saliency', times['torch captum saliency'], 'fovea saliency')
  against('pytorch-grad-cam', times['torch pytorch-grad-cam'], 'fovea grad-cam')
}
