/**
 * The error of a gradient where float32 may take other branches than float64.
 *
 * A unit within rounding of a kink (ReLU at 0, two equals in a max-pool) gives another gradient in every engine, PyTorch's
 * float32 against its float64 included. So where the error is large, the image is moved by up to four units in each number's
 * last place, which draws all rounding anew. A wrong rule stays wrong in every draw.
 */

import { random, type Tensor } from 'fovea/tensor'
import { relativeError } from './compare.ts'

/** Below this, float32 has taken the branches of float64. */
const steady = 1e-4

/** One path of many through a network changes the gradient by less than this; what changes it by more is no kink. */
const kinkAtMost = 0.2

const draws = 24

/** @returns the least error, and the number of the draw that had it (0: the image itself) */
export async function steadyError(
  x: Tensor,
  truth: Float64Array,
  gradientAt: (x: Tensor) => Promise<Float64Array>,
): Promise<{ error: number; moved: number }> {
  let error = relativeError(await gradientAt(x), truth)
  let moved = 0
  for (let draw = 1; draw <= draws && error > steady && error < kinkAtMost; draw++) {
    const again = relativeError(await gradientAt(shaken(x, draw)), truth)
    if (again < error) [error, moved] = [again, draw]
  }
  return { error, moved }
}

/** The tensor with every number moved by up to four units in its last place. */
export function shaken(x: Tensor, seed: number): Tensor {
  const { uniform } = random(seed)
  const data = (x.data as Float32Array).map((value, i) => value * (1 + 4 * 2 ** -23 * (2 * uniform(i) - 1)))
  return { ...x, data } as Tensor
}
