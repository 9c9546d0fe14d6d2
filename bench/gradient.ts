/**
 * What an explanation costs: forward, forward + input gradient (saliency), Grad-CAM; in the same run, taking turns, PyTorch's forward and
 * gradient (the faster of two memory formats), Captum's Saliency and pytorch-grad-cam. The floor of forward + gradient is 2.0 forwards.
 *
 *   npm run bench:gradient -- [models…] [--batch 1] [--rounds 15] [--threads 2] [--no-python] [--profile] [--json file]
 *
 * Models: efficientnet-lite0 (the embedded one) and every torchvision classifier by its name (vgg16, convnext_tiny, vit_b_16, swin_t …).
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { profile, type Share } from './profile.ts'
import { loadPrograms, type Timed } from './programs.ts'
import { median, spread } from './statistics.ts'
import { type Contender, ratios, type Times, takeTurns, timed } from './turns.ts'
import { openWorker, type Worker } from './worker.ts'

const first = ['resnet18', 'resnet50', 'mobilenet_v2', 'squeezenet1_1', 'efficientnet-lite0']

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    batch: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '15' },
    threads: { type: 'string', default: '2' },
    python: { type: 'boolean', default: true },
    profile: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})
const [batch, rounds, threads] = [Number(flags.batch), Number(flags.rounds), Number(flags.threads)]
const json = flags.json ?? `.bench/gradient-batch${batch}.json`

interface Row {
  readonly model: string
  readonly times: Times
  readonly profiles?: Readonly<Record<string, readonly Share[]>>
}

async function measure(model: string, worker: Worker): Promise<Row> {
  const file = `.cache/bench/${model}.onnx`
  const embedded = model === 'efficientnet-lite0'
  const ask = flags.python || !(embedded || existsSync(file))
  const { kinds } = ask ? await worker.ask<{ kinds: string[] }>(`load ${model} ${batch} ${file}`) : { kinds: [] }
  const programs = await loadPrograms(embedded ? undefined : file, batch, threads)
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
  const times = await takeTurns([...fovea, ...(flags.python ? torch : [])], rounds)
  const profiles = flags.profile ? await profiled(programs) : undefined
  for (const program of programs) await program.close()
  return { model, times, profiles }
}

async function profiled(programs: readonly Timed[]): Promise<Record<string, Share[]>> {
  const all: Record<string, Share[]> = {}
  for (const { label, model, feeds, fetches } of programs) all[label] = await profile(model, feeds, fetches, threads)
  return all
}

function print({ model, times, profiles }: Row): void {
  console.log(`\n${model}  batch ${batch}, ${threads} threads, ${rounds} rounds; ms, median (middle half)`)
  for (const [label, list] of Object.entries(times)) {
    const ratio = spread(ratios(times, label, label.startsWith('fovea') ? 'fovea forward' : 'torch forward'))
    console.log(`  ${label.padEnd(30)} ${spread(list, 1).padStart(24)}   ${ratio} x own forward`)
  }
  const formats = ['torch gradient', 'torch gradient channels-last'].filter((label) => times[label])
  const [best] = formats.toSorted((a, b) => median(times[a] ?? []) - median(times[b] ?? []))
  against('PyTorch forward', 'torch forward', 'fovea forward')
  if (best)
    against(`PyTorch gradient (${best.replace('torch gradient', '').trim() || 'contiguous'})`, best, 'fovea saliency')
  against('Captum Saliency', 'torch captum saliency', 'fovea saliency')
  against('pytorch-grad-cam', 'torch pytorch-grad-cam', 'fovea grad-cam')
  function against(title: string, other: string, mine: string): void {
    if (times[other]) console.log(`  ${title}: ${spread(ratios(times, other, mine))} x the time of ${mine}`)
  }
  for (const [label, shares] of Object.entries(profiles ?? {})) printShares(label, shares, profiles?.forward ?? shares)
}

function printShares(label: string, shares: readonly Share[], forward: readonly Share[]): void {
  const total = (list: readonly Share[]) => list.reduce((sum, { ms }) => sum + ms, 0)
  console.log(`  operators of ${label}: ${total(shares).toFixed(1)} ms in kernels`)
  for (const { operator, calls, ms } of shares.filter((share) => share.ms > 0.01 * total(shares))) {
    const part = `${((100 * ms) / total(shares)).toFixed(0)} %`.padStart(5)
    const times = (ms / total(forward)).toFixed(2)
    console.log(
      `    ${operator.padEnd(24)} ${String(calls).padStart(5)} calls ${ms.toFixed(2).padStart(9)} ms ${part}   ${times} x forward`,
    )
  }
}

const [load = 0] = loadavg()
if (load > 0.5) console.log(`The machine is busy (load ${load.toFixed(1)}): these times say little.`)
const worker = openWorker('bench_worker.py', String(threads))
const rows: Row[] = []
for (const model of positionals.length > 0 ? positionals : first) {
  const row = await measure(model, worker)
  rows.push(row)
  print(row)
  mkdirSync(dirname(json), { recursive: true })
  const about = {
    batch,
    threads,
    rounds,
    load,
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model,
    node: process.version,
  }
  writeFileSync(json, JSON.stringify({ ...about, rows }, null, 2))
}
worker.end()
console.log(`\n${json}`)
process.exit(0)
