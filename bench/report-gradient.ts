/** What bench/gradient.ts measured, beside its goals. */

import * as ort from 'onnxruntime-node'
import { type Measured, measuredNow, told } from './machine.ts'
import { inKernels, type Share } from './profile.ts'
import { bestOf, median, spread } from './statistics.ts'
import { ratios, type Times } from './turns.ts'

export interface Row {
  readonly model: string
  readonly batch: number
  readonly times: Times
  readonly profiles: Readonly<Record<string, readonly Share[]>>
}

/** The most that forward + gradient may take, in forwards, at batch 1. */
const goals: Readonly<Record<string, number>> = {
  squeezenet1_1: 3.2,
  mobilenet_v2: 2.8,
  efficientnet_b0: 2.8,
  'efficientnet-lite0': 2.8,
}
const [usualGoal, camGoal] = [2.2, 1.15]

/** Above this load nothing is said about goals. */
const quiet = 0.5

export interface Machine extends Measured {
  readonly threads: number
  /** Before the first run. */
  readonly load: number
  readonly engine: string
  readonly node: string
}

export function about(threads: number, load: number): Machine {
  return {
    ...measuredNow(),
    threads,
    load,
    engine: `ONNX Runtime ${ort.env.versions.node ?? ort.env.versions.common}`,
    node: process.version,
  }
}

export interface Gradients extends Machine {
  readonly rows: readonly Row[]
}

export function gradientSections({ rows, ...machine }: Gradients): string {
  const batches = [...new Set(rows.map(({ batch }) => batch))]
  const judged = machine.load <= quiet
  return `
## What an explanation costs

${told(machine)}, ${machine.threads} threads, ${machine.engine}, Node ${machine.node}; load before the run
${machine.load.toFixed(1)}, ${Math.min(...rows.map(({ times }) => times['fovea forward']?.length ?? 0))} rounds or more${judged ? '' : ' (**busy: the times, and ratios of times, say nothing; run it again on a quiet machine**)'}. The floor of forward + gradient is 2.0 forwards: the gradient costs as many multiplications. "In kernels" is the
sum of each node's fastest run on one thread, as ONNX Runtime's profiler has it: it holds on a busy machine, too. "PyTorch" is the faster
of its two memory formats, parameters frozen.
${batches
  .map((batch) =>
    section(
      rows.filter((row) => row.batch === batch),
      judged,
    ),
  )
  .join('')}${operators(rows.filter(({ batch }) => batch === 1))}`
}

function section(rows: readonly Row[], judged: boolean): string {
  const [{ batch } = { batch: 1 }] = rows
  const head = [
    'model',
    'forward, ms',
    '+ gradient',
    'in kernels',
    ...(batch === 1 ? ['goal'] : []),
    'Grad-CAM',
    'in kernels',
    ...(batch === 1 ? ['goal'] : []),
  ]
  const others = ['PyTorch gradient', 'Captum Saliency', 'pytorch-grad-cam']
  const lines = rows.map((row) => line(row, judged))
  const cells = (list: readonly string[]) => `| ${list.join(' | ')} |`
  const mean = ['torch', 'captum', 'cam'].map((_, i) => geometric(rows.map((row) => peers(row)[i] ?? [])))
  const atFloor = [2, 2, 1].map((floor, i) =>
    geometric(
      rows.map((row) => {
        const own = ratios(row.times, i === 2 ? 'fovea grad-cam' : 'fovea saliency', 'fovea forward')
        return peers(row)[i]?.map((value, round) => (value * (own[round] as number)) / floor) ?? []
      }),
    ),
  )
  const empty = head.slice(1).map(() => '')
  return `
### Batch ${batch}

${cells([...head, ...others])}
${cells([...head, ...others].map(() => '---'))}
${lines.map(cells).join('\n')}
${mean.some(Boolean) ? `${cells(['geometric mean', ...empty, ...mean])}\n${cells(['the same, at the floors', ...empty, ...atFloor])}\n` : ''}
The gradient and Grad-CAM are in forwards of the same model; the three last columns in times of Fovea's own (above 1: Fovea is faster); "at the floors" is
what their mean would be if each gradient cost 2.0 forwards, and each Grad-CAM 1.0.
`
}

function line(row: Row, judged: boolean): string[] {
  const { model, batch, times, profiles } = row
  const kernels = (label: string) => (inKernels(profiles[label] ?? []) / inKernels(profiles.forward ?? [])).toFixed(2)
  const own = (label: string) => ratios(times, label, 'fovea forward')
  const held = (values: readonly number[], goal: number) =>
    judged ? `${goal.toFixed(2)} ${median(values) <= goal ? 'holds' : '**missed**'}` : goal.toFixed(2)
  const [gradient, cam] = [own('fovea saliency'), own('fovea grad-cam')]
  const first = batch === 1
  return [
    model,
    spread(times['fovea forward'] ?? [], 1),
    spread(gradient),
    kernels('saliency'),
    ...(first ? [held(gradient, goals[model] ?? usualGoal)] : []),
    spread(cam),
    kernels('grad-cam'),
    ...(first ? [held(cam, camGoal)] : []),
    ...peers(row).map((values) => (values.length > 0 ? spread(values) : '')),
  ]
}

/** PyTorch, Captum, pytorch-grad-cam in times of what Fovea takes for the same, round by round. */
function peers({ times }: Row): number[][] {
  const best = bestOf(times, ['torch gradient', 'torch gradient channels-last'])
  return [
    best ? ratios(times, best, 'fovea saliency') : [],
    ratios(times, 'torch captum saliency', 'fovea saliency'),
    ratios(times, 'torch pytorch-grad-cam', 'fovea grad-cam'),
  ]
}

function geometric(lists: readonly (readonly number[])[]): string {
  const medians = lists.filter((list) => list.length > 0).map(median)
  if (medians.length === 0) return ''
  return Math.exp(medians.reduce((sum, value) => sum + Math.log(value), 0) / medians.length).toFixed(2)
}

/** Operators with less than this share of a forward pass are not told. */
const least = 0.02

/** What forward + gradient spends by operator, in forwards, beside what the forward pass alone does. */
function operators(rows: readonly Row[]): string {
  const lines = rows.map(({ model, profiles: { forward = [], saliency = [] } }) => {
    const whole = inKernels(forward)
    const own = new Map(forward.map(({ operator, ms }) => [operator, ms / whole]))
    const told = saliency.filter(({ ms }) => ms >= least * whole)
    const parts = told.map(({ operator, ms }) => {
      const before = own.get(operator)
      return `${operator} ${(ms / whole).toFixed(2)}${before && before >= 0.005 ? ` (${before.toFixed(2)})` : ''}`
    })
    return `| ${model} | ${parts.join(', ')} |`
  })
  return `
### Where the time goes

Forward + gradient by operator, on one thread in kernels, in forwards; in brackets what the forward pass alone spends there. Operators
below ${least} are left out.

| model | operators |
| --- | --- |
${lines.join('\n')}
`
}
