/**
 * The discrete Fourier transform, F: its gradient is its adjoint, m times the inverse transform (and back), on the real part if the
 * image is real.
 */

import { fromFront, type Value } from '../../onnx/index.ts'
import { numbers } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'

const dft: Rule = (at) => {
  const { op, x, y, dy, attributes } = at
  const [input, output] = [at.shape(x[0]).dims, at.shape(y[0]).dims]
  const inverse = attributes.int('inverse', 0)
  const onesided = attributes.int('onesided', 0) === 1
  if (onesided && inverse === 1) at.refuse('it is an inverse of half a spectrum')
  const axis = transformed(at, input.length)
  if (at.shape(x[0]).batch[axis]) at.refuse('it transforms the batch')
  const size = input[axis] as number
  const length = (at.has(1) ? at.constant(x[1]) : undefined) ?? (at.has(1) ? at.refuse('its length is computed') : null)
  const full = length ? (numbers(length)[0] as number) : size
  const spectrum = resized(at, dy, axis, output[axis] as number, full)
  const options = { inverse: 1 - inverse, ...(attributes.has('axis') ? { axis } : {}) }
  const back = at.has(2) ? op.DFT(spectrum, null, x[2], options) : op.DFT(spectrum, options)
  const real = input.at(-1) === 1 ? op.Slice(back, [0], [1], [-1]) : back
  return [op.Mul(resized(at, real, axis, full, size), inverse === 1 ? 1 / full : full)]
}

/** Opset 17 says the axis in an attribute, opset 20 in an input; where neither does, their defaults differ beyond three axes. */
function transformed(at: Backward, rank: number): number {
  const given = at.has(2) ? at.constant(at.x[2]) : undefined
  if (at.has(2) && !given) at.refuse('its axis is computed')
  if (!given && !at.attributes.has('axis') && rank !== 3) at.refuse('it does not say its axis')
  const axis = given ? (numbers(given)[0] as number) : at.attributes.int('axis', 1)
  return fromFront(axis, rank)
}

/** Zeros added or the rest cut off at the end of an axis. */
function resized(at: Backward, value: Value, axis: number, from: number, to: number): Value {
  const { op } = at
  if (from === to) return value
  if (from > to) return op.Slice(value, [0], [to], [axis])
  const rank = at.shape(at.x[0]).dims.length
  return op.Pad(
    value,
    Array.from({ length: 2 * rank }, (_, i) => (i === rank + axis ? to - from : 0)),
  )
}

export const fourier: RuleSet = { DFT: dft }
