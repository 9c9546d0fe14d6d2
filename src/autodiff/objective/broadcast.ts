/** Arithmetic on terms of different shapes: per image, aligned from the last axis, as NumPy does. */

import type { Ops, Value } from '../../onnx/index.ts'
import type { Term } from './term.ts'

/** The shape of both together, or why there is none. */
export function broadcast(a: Term, b: Term): number[] | string {
  const rank = Math.max(a.dims.length, b.dims.length)
  const size = ({ dims }: Term, axis: number) => dims[dims.length - rank + axis] ?? 1
  const dims: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const [left, right] = [size(a, axis), size(b, axis)]
    if (left !== right && left !== 1 && right !== 1 && !a.varying && !b.varying)
      return `${a.dims.join('x')} numbers and ${b.dims.join('x')} numbers do not fit together`
    dims.push(Math.max(left, right))
  }
  return dims
}

/** A term's value with axes of size 1 behind the batch until it has `rank` axes beside it. */
export function lifted(op: Ops, { value, dims }: Term, rank: number): Value {
  const missing = rank - dims.length
  return missing === 0
    ? value
    : op.Unsqueeze(
        value,
        Array.from({ length: missing }, (_, i) => i + 1),
      )
}
