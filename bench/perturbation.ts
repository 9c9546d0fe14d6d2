/**
 * Occlusion that recomputes what a window reaches, against the whole model in batches and against Captum's; RISE against the plain forward pass in batches;
 * the memory of 8000 masks. Each contender has the same seconds, in turns; windows and images a second are compared, once they come: what a run does before
 * its first batch weighs in seconds, not in the minutes that a run takes.
 *
 *   npm run bench:perturbation -- [models…] [--window 32] [--stride 8] [--seconds 20] [--rounds 3] [--threads 2] [--json file]
 *
 * Models: files that take [N, 3, 224, 224]; or torchvision's by name (resnet18), which $FOVEA_PYTHON exports, and against which Captum
 * takes its turns; `embedded` is the built-in one.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { explain, findMethod, type Options, openExplainer } from 'fovea/explain'
import { openModel, type VisionModel } from 'fovea/models'
import { openProgram } from 'fovea/runtime'
import { float32, random } from 'fovea/tensor'
import { measuredNow } from './machine.ts'
import type { Perturbation } from './report-perturbation.ts'
import { spread } from './statistics.ts'
import { openWorker } from './worker.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    window: { type: 'string', default: '32' },
    stride: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string', default: '.bench/perturbation.json' },
  },
})
const [seconds, rounds, threads] = [Number(flags.seconds), Number(flags.rounds), Number(flags.threads)]
const side = 224
const noise = (seed: number) => ({
  width: side,
  height: side,
  data: Uint8Array.from(random(seed).uniforms(3 * side * side), (u) => Math.floor(256 * u)),
})

/** Before a model is opened: of the process with the masks and nothing else. */
async function manyMasks(): Promise<Perturbation['masks']> {
  let peak = 0
  const began = performance.now()
  await explain(
    ({ dims, data }) => {
      peak = Math.max(peak, process.memoryUsage().rss)
      return Array.from({ length: dims[0] as number }, (_, i) => data[i] as number)
    },
    noise(4),
    { method: 'rise', options: { samples: 8000 } },
  )
  const each = (performance.now() - began) / 8000
  console.log(`RISE with 8000 masks of ${side} x ${side} around a function that costs nothing:`)
  console.log(`  ${(peak / 2 ** 20).toFixed(0)} MiB at most, ${each.toFixed(2)} ms a mask`)
  return { peak, each }
}

interface Rate {
  /** Windows or masks a second, from the first batch on. */
  measure(): Promise<number>
  /** Of the multiplications, for each window. */
  readonly recomputed: string
}

async function rate(vision: VisionModel, method: string, options: Options): Promise<Rate> {
  const explainer = await openExplainer(vision, findMethod(method), { options, threads })
  // Programs are compiled, and how many samples are fastest at once is found out (63 samples).
  const enough = new AbortController()
  const { certificate } = await explainer.explain(noise(1), {
    stop: enough.signal,
    onProgress: (done) => void (done > 63 && enough.abort()),
  })
  const measure = async () => {
    const ticks: (readonly [done: number, time: number])[] = []
    const onProgress = (done: number) => void ticks.push([done, performance.now()])
    await explainer.explain(noise(2), { budget: 1000 * seconds, onProgress })
    const [[before, began], [after, ended]] = [ticks[0], ticks.at(-1)] as [[number, number], [number, number]]
    return (1000 * (after - before)) / (ended - began)
  }
  return { measure, recomputed: `${certificate.details.recomputed ?? ''}` }
}

/** Images a second of the model alone, as many at once as are fastest. */
async function plain(vision: VisionModel): Promise<{ measure(): Promise<number>; atOnce: number }> {
  const program = await openProgram(vision.model, { threads })
  const pixels = Float32Array.from(random(3).normals(16 * 3 * side * side))
  const run = (rows: number) => {
    const images = float32([rows, 3, side, side], pixels.subarray(0, rows * 3 * side * side))
    return program.run({ ...vision.inputs, [vision.image.name]: images }, { fetches: [vision.answer.value] })
  }
  const during = async (rows: number, time: number) => {
    await run(rows)
    const began = performance.now()
    let images = 0
    for (; performance.now() - began < 1000 * time; images += rows) await run(rows)
    return images / ((performance.now() - began) / 1000)
  }
  let [atOnce, best] = [1, 0]
  for (const rows of [1, 4, 16]) {
    const rate = await during(rows, seconds / 8)
    if (rate > best) [atOnce, best] = [rows, rate]
  }
  return { measure: () => during(atOnce, seconds), atOnce }
}

if ((loadavg()[0] as number) > 0.5)
  console.log(`The machine is busy (load ${loadavg()[0]?.toFixed(1)}): compare ratios only.`)
/** Windows a second of Captum's occlusion, 16 at once; the model it has as a file. */
async function captum(name: string) {
  const worker = openWorker('occlusion_worker.py', String(threads))
  const file = join(tmpdir(), 'fovea-bench', `${name}.onnx`)
  await worker.ask(`load ${name} ${file}`)
  const run = async (time = seconds) =>
    (await worker.ask<{ rate: number }>(`run ${time} ${flags.window} ${flags.stride}`)).rate
  await run(1)
  return { file, run, end: () => worker.end() }
}

const masks = await manyMasks()
const rows: Perturbation['rows'][number][] = []
const load = loadavg()[0] as number
for (const given of positionals.length > 0 ? positionals : ['resnet18', 'vgg11', 'vgg16', 'embedded']) {
  const peer = given !== 'embedded' && !given.endsWith('.onnx') ? await captum(given) : undefined
  const file = peer?.file ?? (given === 'embedded' ? undefined : given)
  const vision = await openModel(file, file ? { preset: 'torchvision', size: [side, side] } : {})
  const windows = { window: Number(flags.window), stride: Number(flags.stride), baseline: 'mean' }
  const reached = await rate(vision, 'occlusion', windows)
  const whole = await rate(vision, 'occlusion', { ...windows, recompute: 'all' })
  const rise = await rate(vision, 'rise', {})
  const alone = await plain(vision)
  const contenders = {
    reached: reached.measure,
    whole: whole.measure,
    rise: rise.measure,
    forward: alone.measure,
    ...(peer ? { captum: peer.run } : {}),
  }
  const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, [] as number[]]))
  for (let round = 0; round < rounds; round++)
    for (const [name, measure] of Object.entries(contenders)) rates[name]?.push(await measure())
  peer?.end()
  const row = {
    model: vision.name,
    recomputed: reached.recomputed,
    atOnce: alone.atOnce,
    rates: rates as unknown as Perturbation['rows'][number]['rates'],
  }
  rows.push(row)
  print(row)
}

function print({ model, recomputed, atOnce, rates }: (typeof rows)[number]): void {
  const { reached, whole, rise, forward, captum } = rates
  const ratio = (a: readonly number[], b: readonly number[]) => spread(a.map((value, i) => value / (b[i] as number)))
  console.log(
    `\n${model}, window ${flags.window}, stride ${flags.stride}, ${threads} threads; a second, median (middle half); ${recomputed} of the multiplications recomputed`,
  )
  console.log(`  occlusion, what is reached   ${spread(reached)} windows`)
  console.log(`  occlusion, the whole model   ${spread(whole)} windows   ${ratio(reached, whole)} x slower`)
  if (captum)
    console.log(`  Captum's occlusion           ${spread(captum)} windows   ${ratio(reached, captum)} x slower`)
  console.log(`  RISE                         ${spread(rise)} masks`)
  console.log(
    `  forward alone, ${`${atOnce}`.padStart(2)} at once    ${spread(forward)} images   RISE has ${ratio(rise, forward)} of it`,
  )
}

const results: Perturbation = {
  ...measuredNow(),
  load,
  threads,
  window: Number(flags.window),
  stride: Number(flags.stride),
  rows,
  masks,
}
mkdirSync(dirname(flags.json), { recursive: true })
writeFileSync(flags.json, JSON.stringify(results, null, 2))
process.exit(0)
