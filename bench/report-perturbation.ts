/** What bench/perturbation.ts measured. */

import { type Measured, told } from './machine.ts'
import { spread } from './statistics.ts'

export interface Perturbation extends Measured {
  readonly load: number
  readonly threads: number
  readonly window: number
  readonly stride: number
  readonly rows: readonly {
    readonly model: string
    /** Of the multiplications, for each window. */
    readonly recomputed: string
    /** Images that the plain forward pass takes at once: the fastest of 1, 4 and 16. */
    readonly atOnce: number
    /** Windows, masks or images a second, round by round. */
    readonly rates: Readonly<Record<'reached' | 'whole' | 'rise' | 'forward', readonly number[]>> & {
      readonly captum?: readonly number[]
    }
  }[]
  /** RISE with 8000 masks around a function that costs nothing. */
  readonly masks: { readonly peak: number; readonly each: number }
}

const over = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value / (b[i] as number))

/** By how much fewer multiplications could be faster. */
const atMost = (share: string) => (100 / (Number.parseFloat(share) || 100)).toFixed(1)

export function perturbationSection({ load, threads, window, stride, rows, masks, ...machine }: Perturbation): string {
  const lines = rows.map(({ model, recomputed, rates }) => {
    const { reached, whole, rise, forward, captum } = rates
    const cells = [
      model,
      recomputed,
      atMost(recomputed),
      spread(reached, 1),
      spread(over(reached, whole)),
      captum ? spread(over(reached, captum)) : '',
    ]
    return `| ${[...cells, spread(rise, 1), spread(over(rise, forward))].join(' | ')} |`
  })
  return `
## Perturbation

${told(machine)}: occlusion with a window of ${window} and a stride of ${stride} pixels, ${threads} threads, load before ${load.toFixed(1)}: what a window reaches is recomputed, exactly;
beside it the whole model in batches, and Captum's occlusion. What must be recomputed bounds the gain (at most). RISE beside the model's plain
forward pass, as many images at once as are fastest.

| model | recomputed | at most | windows a second | times the whole model | times Captum | RISE, masks a second | of the forward pass |
| --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

RISE with 8000 masks of 224 x 224 around a function that costs nothing: ${(masks.peak / 2 ** 20).toFixed(0)} MiB at most for the whole process, ${masks.each.toFixed(2)} ms a mask.
`
}
