/** A half-precision operator as one in single precision: relevance is a ratio, and would leave the range of half precision. */

import type { Shape, Value } from '../../onnx/index.ts'
import type { Backward } from '../rule.ts'

const FLOAT = 1

export function single(at: Backward): Backward {
  const { op } = at
  const wide = new Map<string, Value>()
  const original = new Map<string, Value>()
  const widen = (value: Value | undefined): Value | undefined => {
    if (value?.dtype !== 'float16') return value
    const known = wide.get(value.name)
    if (known) return known
    const made = op.Cast(value, { to: FLOAT })
    wide.set(value.name, made)
    original.set(made.name, value)
    return made
  }
  const x = at.x.map(widen) as unknown as Backward['x']
  const y = at.y.map(widen) as unknown as Backward['y']
  if (wide.size === 0) return at
  const of = (value: Value) => original.get(value.name) ?? value
  const shape = (value: Value): Shape => at.shape(of(value))
  return {
    ...at,
    x,
    y,
    shape,
    constant: (value) => at.constant(of(value)),
    sumTo: (gradient, to, from = shape(y[0])) => at.sumTo(gradient, of(to), from),
  }
}
