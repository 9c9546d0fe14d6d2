/** The loop around an optimiser: a loss curve, early stop, cancel, and parameters that can be resumed from. */

import { FoveaError } from '../error/index.ts'
import type { Optimiser } from './optimisers.ts'

export interface Judged {
  readonly loss: number
  readonly gradient: ArrayLike<number>
}

export interface DescendOptions {
  readonly steps: number
  readonly optimiser: Optimiser
  /** Back into what is allowed, after each step. */
  readonly project?: (parameters: Float64Array) => void
  readonly onStep?: (step: number, loss: number) => void
  readonly signal?: AbortSignal | undefined
  /** Asked after each step: whether to end with what there is. */
  readonly enough?: ((curve: readonly number[]) => boolean) | undefined
  /** An earlier descent to go on from, as if it had never stopped: its steps count among `steps`. */
  readonly from?: Descent | undefined
}

export interface Descent {
  /** Where it ended; the array that was given, moved. */
  readonly parameters: Float64Array
  /** The loss before each step. */
  readonly curve: readonly number[]
  /** The optimiser's. */
  readonly memory: readonly Float64Array[]
}

/** @throws FoveaError FOVEA_USAGE for a `from` of another size; FOVEA_NOT_FINITE when the loss is no number; the signal's reason when cancelled */
export async function descend(
  parameters: Float64Array,
  judge: (parameters: Float64Array, step: number) => Promise<Judged> | Judged,
  { steps, optimiser, project, onStep, signal, enough, from }: DescendOptions,
): Promise<Descent> {
  if (from && from.parameters.length !== parameters.length)
    throw new FoveaError(
      'FOVEA_USAGE',
      `What is to be resumed has ${from.parameters.length} parameters, this run ${parameters.length}: resume with the options that it began with.`,
    )
  const curve = [...(from?.curve ?? [])]
  if (from) {
    parameters.set(from.parameters)
    optimiser.memory.splice(0, Number.POSITIVE_INFINITY, ...from.memory.map((part) => part.slice()))
  }
  for (let step = curve.length; step < steps; step++) {
    signal?.throwIfAborted()
    const { loss, gradient } = await judge(parameters, step)
    if (!Number.isFinite(loss))
      throw new FoveaError(
        'FOVEA_NOT_FINITE',
        `The loss became ${loss} in step ${step + 1} of ${steps}: choose a smaller learning rate, or look at the model's answers.`,
      )
    curve.push(loss)
    optimiser.step(parameters, gradient)
    project?.(parameters)
    onStep?.(step + 1, loss)
    if (enough?.(curve)) break
  }
  return { parameters, curve, memory: optimiser.memory }
}

/** Whether the mean loss of the last `window` steps is within `tolerance` (a share) of that of the window before. */
export function settled(curve: readonly number[], window: number, tolerance: number): boolean {
  if (curve.length < 2 * window) return false
  const mean = (from: number, to: number) => curve.slice(from, to).reduce((sum, loss) => sum + loss, 0) / (to - from)
  const now = mean(curve.length - window, curve.length)
  const before = mean(curve.length - 2 * window, curve.length - window)
  return Math.abs(before - now) <= tolerance * Math.max(Math.abs(before), Math.abs(now))
}
