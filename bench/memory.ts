/**
 * Peak memory of forward + input gradient, batch 1: of whole processes (VmHWM, so Linux), one for each way to get it.
 *
 *   npm run bench:memory -- [--models a,b…] [--threads 2] [--json file]      (after npm run build)
 *
 * 'compiled' runs the compiled .onnx as any user of such a file does: ONNX Runtime, from its path. 'library' opens the model, compiles
 * and runs it in one process. 'PyTorch' has random parameters, frozen, so that no file is ever held beside them. Each runs three times.
 * Beside the peak stands what is above the process before it saw a model: what the engines alone weigh.
 * Models: efficientnet-lite0 (the embedded one), and those that bench/gradient.ts has exported to .cache/bench. Goal: PyTorch's peak.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { classInput, compileMethod, findMethod, openExplainer } from 'fovea/explain'
import { openModel, type VisionModel } from 'fovea/models'
import { encodeModel } from 'fovea/onnx'
import * as ort from 'onnxruntime-node'
import { hasBlockedKernels } from '#platform'
import { measuredNow } from './machine.ts'

const side = 224
const ways = ['compiled', 'library', 'PyTorch'] as const
type Way = (typeof ways)[number]

/** MiB: before the process saw a model, and at most. */
interface Peak {
  readonly idle: number
  readonly peak: number
}

const { values: flags } = parseArgs({
  options: {
    models: {
      type: 'string',
      default:
        'resnet18,resnet50,vgg16,mobilenet_v2,squeezenet1_1,efficientnet_b0,efficientnet-lite0,convnext_tiny,vit_b_16,swin_t',
    },
    threads: { type: 'string', default: '2' },
    json: { type: 'string', default: '.bench/memory.json' },
    child: { type: 'string' },
    file: { type: 'string' },
  },
})
const threads = Number(flags.threads)

const highest = (): number => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

const open = (model: string): Promise<VisionModel> =>
  model === 'efficientnet-lite0'
    ? openModel()
    : openModel(`.cache/bench/${model}.onnx`, { preset: 'torchvision', size: [side, side] })

async function child(way: string, model: string, file: string): Promise<Peak | undefined> {
  if (way === 'write') {
    const engine = (await hasBlockedKernels()) ? 'x64' : 'any'
    const vision = await open(model)
    const compiled = await compileMethod(vision, findMethod('saliency'), { class: 'required', engine })
    writeFileSync(file, encodeModel(compiled.model, { inline: true }))
    return undefined
  }
  const idle = highest()
  const noise = Uint8Array.from({ length: 3 * side * side }, (_, i) => (i * 2654435761) >>> 24)
  if (way === 'compiled') {
    const session = await ort.InferenceSession.create(file, { intraOpNumThreads: threads })
    const [image = ''] = session.inputNames.filter((name) => name !== classInput)
    const pixels = new ort.Tensor(
      'float32',
      Float32Array.from(noise, (value) => value / 64 - 2),
      [1, 3, side, side],
    )
    const top = new ort.Tensor('int64', BigInt64Array.of(-1n), [1])
    for (let i = 0; i < 3; i++) await session.run({ [image]: pixels, [classInput]: top })
  } else {
    await using explainer = await openExplainer(await open(model), findMethod('saliency'), { threads })
    for (let i = 0; i < 3; i++) await explainer.explain({ width: side, height: side, data: noise })
  }
  return { idle, peak: highest() }
}

function spawn(way: Way | 'write', model: string, file: string): string {
  const python = process.env.FOVEA_PYTHON ?? '.venv/bin/python'
  const self = [...process.execArgv, fileURLToPath(import.meta.url)]
  const words = ['--child', way, '--models', model, '--file', file, '--threads', `${threads}`]
  const [command, args] =
    way === 'PyTorch'
      ? [python, ['scripts/python/peak_memory.py', model, `${threads}`]]
      : [process.execPath, [...self, ...words]]
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

function measure(model: string): Record<Way, Peak> {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-memory-'))
  try {
    const file = join(folder, 'gradient.onnx')
    spawn('write', model, file)
    return Object.fromEntries(ways.map((way) => [way, JSON.parse(spawn(way, model, file)) as Peak])) as Record<
      Way,
      Peak
    >
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function report(): void {
  const rows: Record<string, Record<Way, Peak>> = {}
  console.log(`Peak memory in MiB, ${threads} threads: whole process (above the process before it saw a model)`)
  for (const model of flags.models.split(',')) {
    const row = measure(model)
    rows[model] = row
    const shown = ways.map(
      (way) => `${way} ${row[way].peak.toFixed(0)} (${(row[way].peak - row[way].idle).toFixed(0)})`,
    )
    const own = (way: Way) => (row[way].peak / row.PyTorch.peak).toFixed(2)
    console.log(
      `${model.padEnd(20)} ${shown.join('   ')}   of PyTorch's: compiled ${own('compiled')}, library ${own('library')}`,
    )
  }
  mkdirSync(dirname(flags.json), { recursive: true })
  writeFileSync(flags.json, JSON.stringify({ ...measuredNow(), threads, rows }, null, 2))
}

if (flags.child) {
  const peak = await child(flags.child, flags.models, flags.file as string)
  if (peak) console.log(JSON.stringify(peak))
} else report()
