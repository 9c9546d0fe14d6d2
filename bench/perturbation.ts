/**
 * Occlusion that recomputes what a window reaches, against the whole model in batches and against Captum's; RISE against the plain forward pass in batches;
 * the memory of 8000 masks. Each contender has the same seconds, in turns; windows and images a second are compared.
 *
 *   npm run bench:perturbation -- [models…] [--window 32] [--stride 8] [--seconds 20] [--rounds 3] [--threads 2]
 *
 * Models: files that take [N, 3, 224, 224]; or torchvision's by name (resnet18), which $FOVEA_PYTHON exports, and against which Captum
 * takes its turns; without any, the embedded one.
 */

import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { explain, findMethod, type Options, openExplainer } from 'fovea/explain'
import { openModel, type VisionModel } from 'fovea/models'
import { openProgram } from 'fovea/runtime'
import { float32, random } from 'fovea/tensor'
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
  },
})
const [seconds, rounds, threads] = [Number(flags.seconds), Number(flags.rounds), Number(flags.threads)]
const side = 224
const noise = (seed: number) => ({
  width: side,
  height: side,
  data: Uint8Array.from(random(seed).uniforms(3 * side * side), (u) => Math.floor(256 * u)),
})

/** Windows or masks a second. */
async function rate(
  vision: VisionModel,
  method: string,
  counted: string,
  options: Options,
): Promise<() => Promise<number>> {
  const explainer = await openExplainer(vision, findMethod(method), { options, threads })
  const { certificate } = await explainer.explain(noise(1), { budget: 1 })
  if (certificate.details.recomputed)
    console.log(`  recomputed of each window: ${certificate.details.recomputed} of the multiplications`)
  return async () => {
    const began = performance.now()
    const { certificate } = await explainer.explain(noise(2), { budget: 1000 * seconds })
    return Number(certificate.details[counted]) / ((performance.now() - began) / 1000)
  }
}

async function plain(vision: VisionModel): Promise<() => Promise<number>> {
  const program = await openProgram(vision.model, { threads })
  const images = float32([16, 3, side, side], Float32Array.from(random(3).normals(16 * 3 * side * side)))
  const run = () => program.run({ ...vision.inputs, [vision.image.name]: images }, { fetches: [vision.answer.value] })
  await run()
  return async () => {
    const began = performance.now()
    let runs = 0
    while (performance.now() - began < 1000 * seconds) {
      await run()
      runs++
    }
    return (16 * runs) / ((performance.now() - began) / 1000)
  }
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

for (const given of positionals.length > 0 ? positionals : [undefined]) {
  const peer = given && !given.endsWith('.onnx') ? await captum(given) : undefined
  const file = peer?.file ?? given
  const vision = await openModel(file, file ? { preset: 'torchvision', size: [side, side] } : {})
  const windows = { window: Number(flags.window), stride: Number(flags.stride), baseline: 'mean' }
  const local = await rate(vision, 'occlusion', 'windows', windows)
  const whole = await rate(vision, 'occlusion', 'windows', { ...windows, recompute: 'all' })
  const masks = await rate(vision, 'rise', 'masks', {})
  const forward = await plain(vision)
  const times: number[][] = []
  for (let round = 0; round < rounds; round++)
    times.push([await local(), await whole(), await masks(), await forward(), ...(peer ? [await peer.run()] : [])])
  peer?.end()
  const column = (k: number) => times.map((row) => row[k] as number)
  const ratio = (a: number, b: number) => times.map((row) => (row[a] as number) / (row[b] as number))
  console.log(
    `\n${vision.name}, window ${flags.window}, stride ${flags.stride}, ${threads} threads; a second, median (middle half)`,
  )
  console.log(`  occlusion, what is reached   ${spread(column(0))} windows`)
  console.log(`  occlusion, the whole model   ${spread(column(1))} windows   ${spread(ratio(0, 1))} x slower`)
  if (peer) console.log(`  Captum's occlusion           ${spread(column(4))} windows   ${spread(ratio(0, 4))} x slower`)
  console.log(`  RISE                         ${spread(column(2))} masks`)
  console.log(`  forward alone, batch 16      ${spread(column(3))} images   RISE has ${spread(ratio(2, 3))} of it`)
}

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
console.log(
  `\nRISE with 8000 masks of ${side} x ${side} around a function that costs nothing, everything in the process included:`,
)
console.log(`  ${(peak / 2 ** 20).toFixed(0)} MiB at most, ${each.toFixed(2)} ms a mask`)
process.exit(0)
