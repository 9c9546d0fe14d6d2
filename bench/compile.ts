/**
 * Time and memory to compile an explanation into a model: npx tsx bench/compile.ts [names] (after npm run build)
 *
 * A fresh process a run, five runs a model. 'total' is file to bytes of both programs (saliency and Grad-CAM), ONNX Runtime being
 * loaded; a claim is about one program, the dearer. CPU seconds of all threads stand beside the wall's, for busy machines. Phases
 * are measured in processes of their own; 'layers' is what opening costs beyond reading, decoding and probing (hash, answer, layers).
 * Memory: the peak up to the first program beyond that of a process which only loaded ONNX Runtime and Fovea, in multiples of the file.
 * Models: .cache/zoo (scripts/python/zoo.py) and the embedded one. Claims: ResNet-50 within 1 s, ViT-B and Swin within 2 s, 3 times the file.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compileMethod, findMethod, type Method } from 'fovea/explain'
import { embedded, openModel } from 'fovea/models'
import { encodeModel, readModel } from 'fovea/onnx'
import { openProgram, probe } from 'fovea/runtime'

const runs = 5
const claims: Readonly<Record<string, number>> = { resnet50: 1000, vit_b_32: 2000, swin_t: 2000 }
const standard = ['resnet50', 'vit_b_32', 'swin_t', 'mobilenet_v2', 'efficientnet-lite0']
const phases = ['read', 'decode', 'probe', 'open', 'saliency', 'saliency bytes', 'grad-cam', 'grad-cam bytes'] as const

interface Span {
  readonly wall: number
  readonly cpu: number
}
type Times = Readonly<Record<string, Span>>
interface Run {
  readonly times: Times
  /** MiB at most, all of the process: until the first program is there, and until both are. */
  readonly peaks: readonly [one: number, both: number]
}

/** What a child does: nothing, the whole way, or the first steps one by one. */
type Part = 'idle' | 'whole' | 'steps'

async function child(part: Part, path: string): Promise<Run> {
  const times: Record<string, Span> = {}
  const peaks: number[] = []
  const timed = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    const [start, before] = [performance.now(), process.cpuUsage()]
    const result = await work()
    const { user, system } = process.cpuUsage(before)
    times[name] = { wall: performance.now() - start, cpu: (user + system) / 1000 }
    return result
  }
  await loadRuntime()
  if (part === 'steps') {
    const bytes = await timed('read', () => readFile(path))
    const model = await timed('decode', () => readModel(bytes))
    await timed('probe', () => probe(model))
  }
  if (part === 'whole') {
    const vision = await timed('open', () => openModel(path))
    for (const name of ['saliency', 'grad-cam']) {
      const compiled = await timed(name, () => compileMethod(vision, findMethod(name) as Method))
      await timed(`${name} bytes`, () => encodeModel(compiled.model, { inline: true }))
      peaks.push(peak())
    }
  }
  return { times, peaks: [peaks[0] ?? peak(), peak()] }
}

const peak = () => process.resourceUsage().maxRSS / 1024

/** ONNX Runtime with a session behind it, as in a process that has compiled before. */
async function loadRuntime(): Promise<void> {
  const inputs = [{ name: 'x', dtype: 'float32' as const, shape: [1] }]
  const nodes = [{ op: 'Identity', domain: '', name: 'y', inputs: ['x'], outputs: ['y'], attributes: {} }]
  const outputs = [{ name: 'y', dtype: 'float32' as const, shape: [1] }]
  const graph = { name: 'idle', inputs, outputs, nodes, constants: new Map(), valueTypes: new Map() }
  const model = { graph, opsets: { '': 18 }, irVersion: 8, producer: '', metadata: {}, functions: [] }
  await using program = await openProgram(model)
  if (program.outputs.length !== 1) throw new Error('ONNX Runtime does not run.')
}

function spawn(part: Part, path: string): Run {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), '--child', part, path]
  return JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  ) as Run
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)
const median = (values: readonly number[]) => sorted(values)[Math.floor(values.length / 2)] ?? Number.NaN
const spread = (values: readonly number[]) => `${Math.min(...values).toFixed(0)}..${Math.max(...values).toFixed(0)}`

function sum({ times }: Run, names: readonly string[], of: keyof Span): number {
  return names.reduce((total, name) => total + (times[name]?.[of] ?? 0), 0)
}

function report(name: string, path: string): void {
  const size = statSync(path).size / 2 ** 20
  const idle = median(Array.from({ length: 3 }, () => spawn('idle', path).peaks[1]))
  const wholes = Array.from({ length: runs }, () => spawn('whole', path))
  const steps = Array.from({ length: runs }, () => spawn('steps', path))
  const one = (of: keyof Span) =>
    wholes.map((run) =>
      Math.max(...['saliency', 'grad-cam'].map((method) => sum(run, ['open', method, `${method} bytes`], of))),
    )
  const line = (label: string, values: readonly number[]) =>
    `${label} ${median(values).toFixed(0)} ms (${spread(values)})`
  const [memory, both] = [0, 1].map((i) => wholes.map(({ peaks }) => ((peaks[i] as number) - idle) / size)) as [
    number[],
    number[],
  ]
  const limit = claims[name]
  const verdict = (value: number, most: number) => (value <= most ? 'holds' : 'FAILS')
  console.log(`\n${name}: ${size.toFixed(1)} MiB`)
  console.log(`  one program: ${line('wall', one('wall'))}, ${line('CPU', one('cpu'))}`)
  if (limit) {
    const [wall, cpu] = [median(one('wall')), median(one('cpu'))]
    console.log(`  claim ${limit} ms: wall ${verdict(wall, limit)}, CPU ${verdict(cpu, limit)}`)
  }
  const times = median(memory)
  console.log(
    `  peak memory ${times.toFixed(2)} times the file (${(times * size).toFixed(0)} MiB): claim 3 ${verdict(times, 3)}; both in one process ${median(both).toFixed(2)}`,
  )
  const cpuOf = (phase: string) => median([...steps, ...wholes].flatMap(({ times: t }) => t[phase]?.cpu ?? []))
  const own = Object.fromEntries(phases.map((phase) => [phase, cpuOf(phase)])) as Record<
    (typeof phases)[number],
    number
  >
  const { read, decode, probe: probed, open } = own
  const rows = {
    read,
    'decode, upgrade': decode,
    probe: probed,
    'layers and the rest': Math.max(0, open - read - decode - probed),
    'compile (both)': own.saliency + own['grad-cam'],
    'encode (both)': own['saliency bytes'] + own['grad-cam bytes'],
  }
  const all = Object.values(rows).reduce((a, b) => a + b, 0)
  for (const [row, cpu] of Object.entries(rows))
    console.log(
      `    ${row.padEnd(20)} ${cpu.toFixed(0).padStart(5)} ms CPU ${((100 * cpu) / all).toFixed(0).padStart(3)} %`,
    )
}

function fileOf(name: string): string {
  if (name === 'efficientnet-lite0') return embedded.path
  const path = existsSync(name) ? name : `.cache/zoo/${name.includes('-') ? name : `${name}-torchscript-17`}/model.onnx`
  if (!existsSync(path)) throw new Error(`${path} is missing; export it with scripts/python/zoo.py --export ${name}.`)
  return path
}

const [flag, part, path] = process.argv.slice(2)
if (flag === '--child') console.log(JSON.stringify(await child(part as Part, path as string)))
else for (const name of process.argv.length > 2 ? process.argv.slice(2) : standard) report(name, fileOf(name))
