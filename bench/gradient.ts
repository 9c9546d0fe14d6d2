/**
 * What an explanation costs: forward, forward + input gradient (saliency), Grad-CAM; in the same run, taking turns, PyTorch's forward and
 * gradient (the faster of two memory formats), Captum's Saliency and pytorch-grad-cam. The floor of forward + gradient is 2.0 forwards.
 *
 *   npm run bench:gradient -- [--models a,b…] [--batch 1,8] [--rounds 15] [--minutes 40] [--threads 2] [--no-python] [--profile]
 *                             [--kernels] [--add] [--json file]   (npm run bench:report then writes docs/speed.md)
 *
 * Models: efficientnet-lite0 (the embedded one) and every torchvision classifier by its name (vgg16, convnext_tiny, vit_b_16, swin_t …).
 * `--kernels` profiles anew and leaves the times, and when they were taken, as the file has them. `--add` adds rounds to those that the
 * file has, of the same build, machine and threads: one process may be fast and the next slow (docs/lowering.md).
 * `--minutes` is about what all of it may take: rounds end early, loading and exporting do not. A model that fails is named and left out.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { inKernels, profile, type Share } from './profile.ts'
import { loadPrograms, type Timed } from './programs.ts'
import { about, type Gradients, type Row } from './report-gradient.ts'
import { bestOf, spread } from './statistics.ts'
import { type Contender, ratios, type Times, takeTurns, timed } from './turns.ts'
import { openWorker, type Worker } from './worker.ts'

const all =
  'resnet18 resnet50 vgg16 mobilenet_v2 squeezenet1_1 efficientnet_b0 efficientnet-lite0 convnext_tiny vit_b_16 swin_t'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    models: { type: 'string', default: all },
    batch: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '15' },
    minutes: { type: 'string', default: '40' },
    threads: { type: 'string', default: '2' },
    python: { type: 'boolean', default: true },
    profile: { type: 'boolean', default: false },
    kernels: { type: 'boolean', default: false },
    add: { type: 'boolean', default: false },
    json: { type: 'string', default: '.bench/gradient.json' },
  },
})
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)
const models = positionals.length > 0 ? positionals : words(flags.models)
const batches = words(flags.batch).map(Number)
const [rounds, threads] = [Number(flags.rounds), Number(flags.threads)]
const seconds = (60 * Number(flags.minutes)) / (models.length * batches.length)

async function measure(model: string, batch: number, worker: Worker): Promise<Row> {
  const file = `.cache/bench/${model}.onnx`
  const embedded = model === 'efficientnet-lite0'
  const ask = (flags.python && !flags.kernels) || !(embedded || existsSync(file))
  const { kinds } = ask ? await worker.ask<{ kinds: string[] }>(`load ${model} ${batch} ${file}`) : { kinds: [] }
  const programs = await loadPrograms(embedded ? undefined : file, batch, threads)
  const times = flags.kernels ? timesOf(model, batch) : added(model, batch, await inTurns(programs, kinds, worker))
  const profiles = await profile(programs)
  for (const program of programs) await program.close()
  return { model, batch, times, profiles }
}

const keyOf = (model: string, batch: number) => `${model} ${batch}`

function timesOf(model: string, batch: number): Times {
  const row = rows.get(keyOf(model, batch))
  if (!row) throw new Error(`${flags.json} has no times of it: leave --kernels out.`)
  return row.times
}

/** Rounds of one process follow those of another: in each all contenders have had their turn. */
function added(model: string, batch: number, times: Times): Times {
  const before = rows.get(keyOf(model, batch))?.times
  if (!before) return times
  if (`${Object.keys(before)}` !== `${Object.keys(times)}`)
    throw new Error(`${flags.json} has other contenders: leave --add out.`)
  return Object.fromEntries(Object.entries(times).map(([label, list]) => [label, [...(before[label] ?? []), ...list]]))
}

function inTurns(programs: readonly Timed[], kinds: readonly string[], worker: Worker): Promise<Times> {
  const fovea = programs.map(
    (program): Contender => ({
      label: `fovea ${program.label}`,
      run: () => timed(() => program.run()),
    }),
  )
  const torch = kinds.map(
    (kind): Contender => ({
      label: `torch ${kind}`,
      run: async () => (await worker.ask<{ seconds: number }>(`run ${kind}`)).seconds,
    }),
  )
  return takeTurns([...fovea, ...(flags.python ? torch : [])], rounds, seconds)
}

function print({ model, batch, times, profiles }: Row): void {
  const count = Math.max(...Object.values(times).map((list) => list.length))
  console.log(`\n${model}  batch ${batch}, ${threads} threads, ${count} rounds; ms, median (middle half)`)
  for (const [label, list] of Object.entries(times)) {
    const own = ratios(times, label, label.startsWith('fovea') ? 'fovea forward' : 'torch forward')
    console.log(`  ${label.padEnd(30)} ${spread(list, 1).padStart(24)}   ${spread(own)} x own forward`)
  }
  const best = bestOf(times, ['torch gradient', 'torch gradient channels-last'])
  against('PyTorch forward', 'torch forward', 'fovea forward')
  if (best) against(`PyTorch (${best})`, best, 'fovea saliency')
  against('Captum Saliency', 'torch captum saliency', 'fovea saliency')
  against('pytorch-grad-cam', 'torch pytorch-grad-cam', 'fovea grad-cam')
  function against(title: string, other: string, mine: string): void {
    if (times[other]) console.log(`  ${title}: ${spread(ratios(times, other, mine))} x the time of ${mine}`)
  }
  for (const [label, shares] of Object.entries(profiles)) printShares(label, shares, profiles.forward ?? shares)
}

function printShares(label: string, shares: readonly Share[], forward: readonly Share[]): void {
  const [whole, floor] = [inKernels(shares), inKernels(forward)]
  console.log(`  ${label} in kernels, one thread: ${whole.toFixed(1)} ms, ${(whole / floor).toFixed(2)} x forward`)
  if (!flags.profile) return
  for (const { operator, calls, ms } of shares.filter((share) => share.ms > 0.01 * whole)) {
    const part = `${((100 * ms) / whole).toFixed(0)} %`.padStart(5)
    const times = (ms / floor).toFixed(2)
    console.log(
      `    ${operator.padEnd(24)} ${String(calls).padStart(5)} calls ${ms.toFixed(2).padStart(9)} ms ${part}   ${times} x forward`,
    )
  }
}

function save(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const [load = 0] = loadavg()
if (load > 0.5) console.log(`The machine is busy (load ${load.toFixed(1)}): these times say little.`)
const here = about(threads, load)
const earlier =
  flags.kernels || (flags.add && existsSync(flags.json))
    ? (JSON.parse(readFileSync(flags.json, 'utf8')) as Gradients)
    : undefined
if (flags.add && earlier) {
  const { rows: _, ...there } = earlier
  const alike = { ...here, date: there.date, load: there.load }
  if (!isDeepStrictEqual(alike, there))
    throw new Error(`${flags.json} is of another machine or engine, or of other threads.`)
}
const machine = earlier ? { ...earlier, load: flags.kernels ? earlier.load : Math.max(earlier.load, load) } : here
/** Those of the file, which are replaced as they are measured anew. */
const rows = new Map((earlier?.rows ?? []).map((row) => [keyOf(row.model, row.batch), row]))
for (const batch of batches) {
  let worker = openWorker('bench_worker.py', String(threads))
  for (const model of models) {
    try {
      const row = await measure(model, batch, worker)
      rows.set(keyOf(model, batch), row)
      print(row)
    } catch (error) {
      console.log(`\n${model}  batch ${batch}: ${(error as Error).message.split('\n')[0]}`)
      worker.end()
      worker = openWorker('bench_worker.py', String(threads))
    }
    save(flags.json, JSON.stringify({ ...machine, rows: [...rows.values()] }, null, 2))
  }
  worker.end()
}
console.log(`\n${flags.json}`)
process.exit(0)
