/**
 * y = scale d r + shift, d = x - mean x, r = v^(-1/2), v = mean d^2 + epsilon: two products and a power, each with a complete rule;
 * (r - r') / (v - v') = -(r r')^2 / (r + r').
 */

import { normalizedSizes, scaled, standardize } from '../gradient/standardize.ts'
import type { Rule } from '../rule.ts'
import type { Pair } from './index.ts'

export function normalisation({ at, x }: Pair): ReturnType<Rule> {
  const { op } = at
  const sizes = normalizedSizes(at)
  const rank = at.shape(at.x[0]).dims.length
  const now = standardize(at, at.x[0], rank, sizes)
  const before = standardize(at, x(0), rank, sizes)
  const [r, q] = [now.inverse, before.inverse]
  const both = op.Add(op.Div(now.unit, r), op.Div(before.unit, q))
  const g = scaled(at, 1)
  const mean = (value: typeof g) => op.ReduceMean(value, now.axes, { keepdims: 1 })
  const product = op.Mul(r, q)
  const bend = op.Div(op.Mul(product, product), op.Add(r, q))
  /** Half the sum over the axes, times 1/n (d + d') of the mean square. */
  const through = op.Mul(op.Mul(mean(op.Mul(g, both)), 0.5), op.Mul(bend, both))
  const centred = op.Sub(op.Mul(op.Mul(g, op.Add(r, q)), 0.5), through)
  return [op.Sub(centred, mean(centred))]
}
