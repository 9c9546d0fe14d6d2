/** What bench/wasm.ts and bench/memory.ts measured. */

import { type Measured, told } from './machine.ts'
import { median, spread } from './statistics.ts'
import { ratios, type Times } from './turns.ts'

export interface Wasm extends Measured {
  readonly rows: readonly {
    readonly model: string
    readonly place: string
    readonly threads: number
    readonly load: number
    readonly times: Times
  }[]
}

export const wasmGoal = 2.6

export function wasmSection({ rows, ...machine }: Wasm): string {
  const lines = rows.map(({ model, place, threads, load, times }) => {
    const gradient = ratios(times, 'saliency', 'forward')
    const verdict = median(gradient) <= wasmGoal ? 'holds' : '**missed**'
    const cells = [place, threads, model, spread(times.forward ?? [], 1), spread(gradient), verdict]
    return `| ${[...cells, spread(ratios(times, 'grad-cam', 'forward')), load.toFixed(1)].join(' | ')} |`
  })
  return `
## WebAssembly

${told(machine)}: ONNX Runtime's WebAssembly in Node and in a page of Chromium; in its own forwards. Goal: forward + gradient in ${wasmGoal}.

| in | threads | model | forward, ms | + gradient | goal | Grad-CAM | load before |
| --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`
}

interface Peak {
  readonly idle: number
  readonly peak: number
}

export interface Memory extends Measured {
  readonly threads: number
  readonly rows: Readonly<Record<string, Readonly<Record<'compiled' | 'library' | 'PyTorch', Peak>>>>
}

export function memorySection({ threads, rows, ...machine }: Memory): string {
  const shown = ({ idle, peak }: Peak) => `${peak.toFixed(0)} (${(peak - idle).toFixed(0)})`
  const lines = Object.entries(rows).map(([model, { compiled, library, PyTorch }]) => {
    const share = library.peak / PyTorch.peak
    const verdict = share <= 1 ? 'holds' : '**missed**'
    return `| ${[model, shown(compiled), shown(library), shown(PyTorch), share.toFixed(2), verdict].join(' | ')} |`
  })
  return `
## Memory

${told(machine)}: the highest resident memory of a process that explains an image by saliency three times, ${threads} threads, in MiB; in brackets
what is above the process before it saw a model. "Compiled": the exported file in bare ONNX Runtime; "library": Fovea from the model's
file to heatmaps. Goal: PyTorch's (parameters frozen).

| model | compiled | library | PyTorch | library of PyTorch | goal |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`
}
