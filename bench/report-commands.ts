/** What bench/cold-start.ts and bench/folder.ts measured. */

import { type Measured, told } from './machine.ts'
import { median, spread } from './statistics.ts'
import type { Times } from './turns.ts'

export interface Cold extends Measured {
  readonly load: number
  readonly goal: number
  readonly times: Times
}

export function coldSection({ load, goal, times, ...machine }: Cold): string {
  const seconds = median(times['fovea explain'] ?? []) / 1000
  const lines = Object.entries(times).map(([label, list]) => `| \`${label}\` | ${spread(list, 0)} |`)
  return `
## Cold start

${told(machine)}: from the start of the process to its end, PNG written, with the built-in model; load before ${load.toFixed(1)}. Goal: ${goal} s
(${seconds < goal ? 'holds' : '**missed**'}).

| command | ms |
| --- | --- |
${lines.join('\n')}
`
}

export interface Rate {
  readonly steady: number
  readonly whole: number
}

export interface Folder extends Measured {
  readonly load: number
  readonly methods: string
  readonly model: string
  readonly images: number
  /** By contender; the first is the floor. */
  readonly rates: Readonly<Record<string, readonly Rate[]>>
}

export const folderGoal = 0.9

export function folderSection({ load, methods, model, images, rates, ...machine }: Folder): string {
  const [floor = []] = Object.values(rates)
  const lines = Object.entries(rates).map(([name, list]) => {
    const share = (kind: keyof Rate) => list.map((rate, i) => rate[kind] / (floor[i] as Rate)[kind])
    const cells = (['steady', 'whole'] as const).flatMap((kind) => [
      spread(list.map((rate) => rate[kind])),
      spread(share(kind)),
    ])
    return `| ${[name, ...cells].join(' | ')} |`
  })
  return `
## Many images

${told(machine)}: ${images} photographs of 500 x 375 pixels, ${methods}, ${model}; load before ${load.toFixed(1)}. The floor is the bare compiled graphs, one a
method, in two processes of one thread each; beside it the methods as one graph, which is what \`fovea explain\` runs: there the forward pass is shared. Neither
reads a photograph (decoding a JPEG takes 2 ms). Steady: from the 21st image on; whole: from the start of the process. Goal: ${folderGoal} of the floor, steady.

| images a second | steady | of bare | whole | of bare |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
`
}
