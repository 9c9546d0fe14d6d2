/**
 * What a second thread gains, operator by operator: the kernels of forward and forward + gradient (saliency), each node's fastest run, on
 * one thread and on two. An operator that runs on one core, or whose calls are too short to be shared, gains nothing (1.0), and weighs more
 * in a ratio of wall times than in one of multiplications.
 *
 *   npm run bench:threads -- [models…] [--batch 1]
 *
 * Models: efficientnet-lite0 (the embedded one), or torchvision's as bench:gradient has exported them (.cache/bench/NAME.onnx).
 */

import { parseArgs } from 'node:util'
import { inKernels, profile } from './profile.ts'
import { loadPrograms } from './programs.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { batch: { type: 'string', default: '1' } },
})
const shown = 9

for (const model of positionals.length > 0 ? positionals : ['resnet18', 'mobilenet_v2', 'efficientnet-lite0']) {
  const file = model === 'efficientnet-lite0' ? undefined : `.cache/bench/${model}.onnx`
  const programs = await loadPrograms(file, Number(flags.batch), 1)
  const sums: Record<string, number[]> = {}
  const told = programs.filter(({ label }) => label !== 'grad-cam')
  const [alone, together] = [await profile(told, 1), await profile(told, 2)]
  for (const { label } of told) {
    const [one, two] = [alone[label] ?? [], together[label] ?? []]
    sums[label] = [inKernels(one), inKernels(two)]
    console.log(`\n${model}, ${label}: milliseconds on one thread, on two, gain`)
    const line = (name: string, a: number, b: number, calls?: number) =>
      console.log(
        `  ${`${name}${calls ? ` x${calls}` : ''}`.padEnd(28)} ${a.toFixed(2).padStart(8)} ${b.toFixed(2).padStart(8)} ${(a / b).toFixed(2).padStart(6)}`,
      )
    for (const { operator, calls, ms } of one.slice(0, shown)) {
      const other = two.find((share) => share.operator === operator)
      line(operator, ms, other?.ms ?? Number.NaN, calls)
    }
    line('all', inKernels(one), inKernels(two))
  }
  for (const program of programs) await program.close()
  const [forward, saliency] = [sums.forward, sums.saliency] as [number[], number[]]
  const ratio = [0, 1].map((k) => ((saliency[k] as number) / (forward[k] as number)).toFixed(2))
  console.log(`${model}: forward + gradient in forwards: ${ratio[0]} on one thread, ${ratio[1]} on two`)
}
process.exit(0)
