/** Masks optimised one after the other, with progress, budget, early stop, and a state to resume from. */

import { type Descent, descend, type Judged, type Optimiser, settled } from '../../optimize/index.ts'
import type { Plane } from '../../tensor/index.ts'
import type { OptionSchema, Options } from '../options.ts'
import type { Outcome, Study } from '../study.ts'
import type { Stage } from './stage.ts'

export const toleranceOption = {
  tolerance: {
    default: 0,
    min: 0,
    max: 1,
    describe:
      'stop when the mean loss of 20 steps is within this share of that of the 20 before; 0 makes all the steps',
  },
} as const satisfies OptionSchema

export interface Task {
  readonly start: Float64Array
  readonly judge: (mask: Float64Array, step: number) => Promise<Judged>
}

export interface Optimising {
  readonly options: Options
  readonly stage: Stage
  readonly optimiser: () => Optimiser
  /** The heatmap of the masks so far. */
  readonly map: (masks: readonly Float64Array[]) => Plane
}

const window = 20

const blind = 'The score does not change with the image, so no mask is better than another and the map is empty.'

/** @returns everything but the method's own details; masks stay within [0, 1] */
export async function optimise(
  study: Study,
  tasks: readonly Task[],
  { options, stage, optimiser, map }: Optimising,
): Promise<Outcome & { readonly state: readonly Descent[] }> {
  const [steps, tolerance] = [options.steps as number, options.tolerance as number]
  const state: Descent[] = []
  const masks: Float64Array[] = []
  for (const [i, { start, judge }] of tasks.entries()) {
    if (i > 0 && study.spent()) break
    masks.push(start)
    const made = await descend(start, judge, {
      steps,
      optimiser: optimiser(),
      signal: study.signal,
      from: study.resume?.[i],
      project: clamp,
      onStep: (step) => {
        study.progress(i * steps + step, tasks.length * steps, () => map(masks))
      },
      enough: (curve) => study.spent() || (tolerance > 0 && settled(curve, window, tolerance)),
    })
    state.push(made)
  }
  const curve = state.flatMap((made) => made.curve)
  const all = tasks.length * steps
  if (curve.length < all) study.progress(all, all)
  const drawn = map(masks)
  const seen = stage.moved || study.resume !== undefined
  return {
    map: seen ? drawn : { ...drawn, data: new Float32Array(drawn.data.length) },
    curve,
    state,
    details: { steps: curve.length },
    notes: seen ? [] : [blind],
    rules: stage.asked.compiled.rules,
  }
}

function clamp(mask: Float64Array): void {
  for (let i = 0; i < mask.length; i++) mask[i] = Math.min(1, Math.max(0, mask[i] as number))
}
