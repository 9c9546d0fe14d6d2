/**
 * `fovea explain folder/` against its floor: the bare compiled graphs of the same methods, each image one run of each, in two processes
 * of one thread. Both sides take turns; photographs are JPEGs of 500x375 pixels, ImageNet's usual size.
 *
 *   npm run bench:folder -- [--images 200] [--rounds 3] [--methods saliency,grad-cam] [--model model.onnx]
 *     [--json .bench/folder.json]
 *
 * Steady: images a second from the 21st to the last. Whole: from the start of the process to its end, models loaded (by Fovea also compiled).
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type CompiledMethod, compileMethod, findMethod, together } from 'fovea/explain'
import { openModel } from 'fovea/models'
import { encodeModel, type Model } from 'fovea/onnx'
import sharp from 'sharp'
import { measuredNow } from './machine.ts'
import type { Folder, Rate } from './report-commands.ts'
import { spread } from './statistics.ts'

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    methods: { type: 'string', default: 'saliency,grad-cam' },
    model: { type: 'string' },
    json: { type: 'string', default: '.bench/folder.json' },
  },
})
const [images, rounds] = [Number(flags.images), Number(flags.rounds)]
const home = '.cache/bench/folder'
const warm = 20

/** Photographs of the examples, cut and lit differently. */
async function photographs(): Promise<string> {
  const folder = join(home, `${images}`)
  mkdirSync(folder, { recursive: true })
  const sources = readdirSync('examples/photos').filter((name) => /\.(png|jpg)$/.test(name))
  for (let i = 0; i < images; i++) {
    const file = join(folder, `${String(i).padStart(4, '0')}.jpg`)
    if (existsSync(file)) continue
    const source = join('examples/photos', sources[i % sources.length] as string)
    const light = 0.7 + (0.6 * i) / images
    await sharp(source).resize(500, 375, { fit: 'cover' }).modulate({ brightness: light }).jpeg().toFile(file)
  }
  return folder
}

/** The graphs of the methods as files, each by itself and all as one (as `fovea explain` runs them): command lines for bench/bare.mjs. */
async function graphs(): Promise<{ readonly each: string[]; readonly one: string[] }> {
  const vision = await openModel(flags.model)
  const engine = process.arch === 'x64' ? 'x64' : 'any'
  const { height, width } = vision.format
  const compiled: CompiledMethod[] = []
  for (const name of flags.methods.split(','))
    compiled.push(await compileMethod(vision, findMethod(name), { class: 'required', engine }))
  const save = (name: string, model: Model, parts: readonly CompiledMethod[]) => {
    const file = join(home, `${name}.onnx`)
    writeFileSync(file, encodeModel(model, { inline: true }))
    const infos = parts.flatMap(({ heatmap, score, classes }) => [heatmap, score, ...Object.values(classes)])
    return `${file}=${[vision.answer.value, ...infos.map(({ name: output }) => output)].join(',')}`
  }
  const { model, parts } = together(compiled)
  const head = [vision.image.name, `1x3x${height}x${width}`]
  return {
    each: [...head, ...compiled.map((one) => save(one.method.name, one.model, [one]))],
    one: [...head, save('together', model, parts)],
  }
}

async function bare(words: readonly string[]): Promise<Rate> {
  const start = performance.now()
  const share = (k: number) => Math.floor(images / 2) + (k < images % 2 ? 1 : 0)
  const children = [0, 1].map((k) =>
    spawn(process.execPath, ['bench/bare.mjs', String(share(k)), ...words], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const said = children.map((child) => createInterface(child.stdout)[Symbol.asyncIterator]())
  await Promise.all(said.map((lines) => lines.next()))
  const go = performance.now()
  for (const child of children) child.stdin.write('go\n')
  await Promise.all(said.map((lines) => lines.next()))
  const end = performance.now()
  return { steady: (1000 * images) / (end - go), whole: (1000 * images) / (end - start) }
}

async function fovea(folder: string, words: readonly string[] = [], workers?: number): Promise<Rate> {
  const start = performance.now()
  const model = flags.model ? ['--model', flags.model] : []
  const line = ['dist/cli/main.js', 'explain', folder, '--method', flags.methods, '--jsonl', '-q', ...model, ...words]
  const child = spawn(process.execPath, line, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(workers ? { FOVEA_WORKERS: String(workers) } : {}) },
  })
  const times: number[] = []
  for await (const _ of createInterface(child.stdout)) times.push(performance.now())
  const end = performance.now()
  if (child.exitCode === null) await once(child, 'exit')
  if (child.exitCode !== 0 || times.length !== images) throw new Error(`fovea explain ended with ${child.exitCode}`)
  const first = times[Math.min(warm, images >> 1) - 1] as number
  const steady = images - Math.min(warm, images >> 1)
  return { steady: (1000 * steady) / ((times.at(-1) as number) - first), whole: (1000 * images) / (end - start) }
}

const [load = 0] = loadavg()
const folder = await photographs()
const words = await graphs()
const sheets = join(home, 'out')
const contenders = {
  'bare graphs, two processes': () => bare(words.each),
  'bare, the methods as one graph': () => bare(words.one),
  'fovea explain --jsonl': () => fovea(folder),
  'fovea explain --jsonl --format json,npy': () => fovea(folder, ['--format', 'json,npy', '-o', sheets]),
  'fovea explain --jsonl --format png': () => fovea(folder, ['--format', 'png', '-o', sheets]),
  'fovea explain --jsonl, one worker, all cores': () => fovea(folder, [], 1),
}
const names = Object.keys(contenders) as (keyof typeof contenders)[]
const rates = Object.fromEntries(names.map((name) => [name, [] as Rate[]])) as Record<keyof typeof contenders, Rate[]>
for (let round = 0; round < rounds; round++)
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(round + turn) % names.length] as keyof typeof contenders
    rates[name].push(await contenders[name]())
  }
rmSync(sheets, { recursive: true, force: true })

const floor = rates['bare graphs, two processes']
const model = flags.model ?? 'the embedded model'
const results: Folder = { ...measuredNow(), load, methods: flags.methods, model, images, rates }
mkdirSync(dirname(flags.json), { recursive: true })
writeFileSync(flags.json, JSON.stringify(results, null, 2))
console.log(`${flags.methods}, ${model}: ${images} images, ${rounds} rounds`)
console.log(`${availableParallelism()} cores, load before ${load.toFixed(1)}\n`)
console.log(
  'images/s: median (middle half)                 steady              of bare             whole               of bare',
)
for (const name of names) {
  const cells = (['steady', 'whole'] as const).flatMap((kind) => [
    spread(rates[name].map((rate) => rate[kind])),
    spread(rates[name].map((rate, i) => rate[kind] / (floor[i] as Rate)[kind])),
  ])
  console.log(`${name.padEnd(46)} ${cells.map((cell) => cell.padEnd(19)).join(' ')}`)
}
