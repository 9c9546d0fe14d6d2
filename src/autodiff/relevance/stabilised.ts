/** Division that survives a zero below: z + epsilon sign z, where sign 0 = +1. */

import type { Value } from '../../onnx/index.ts'
import type { Backward } from '../rule.ts'

/** R / (z + epsilon sign z) */
export function shared({ op, scalar }: Backward, relevance: Value, z: Value, epsilon: number): Value {
  const step = op.Where(op.Less(z, 0), scalar(-epsilon, z), scalar(epsilon, z))
  return op.Div(relevance, op.Add(z, step))
}

export const positive = ({ op }: Backward, value: Value): Value => op.Relu(value)
export const negative = ({ op }: Backward, value: Value): Value => op.Min(value, 0)
