/** Arithmetic, element by element. */

import type { RuleSet } from '../rule.ts'
import { broadcasting, identity, indicator, unary } from './kinds.ts'

export const elementwise: RuleSet = {
  Add: broadcasting(({ dy }) => [() => dy, () => dy]),
  Sub: broadcasting(({ op, dy }) => [() => dy, () => op.Neg(dy)]),
  Mul: broadcasting(({ op, x, dy }) => [() => op.Mul(dy, x[1]), () => op.Mul(dy, x[0])]),
  Div: broadcasting(({ op, x, y, dy }) => [() => op.Div(dy, x[1]), () => op.Neg(op.Div(op.Mul(dy, y[0]), x[1]))]),
  /** d/da a^b = b a^(b-1); d/db = a^b ln a, and 0 where a = 0. */
  Pow: broadcasting((at) => {
    const { op, x, y, dy } = at
    return [
      () => {
        const b = op.CastLike(x[1], x[0])
        return op.Mul(dy, op.Mul(b, op.Pow(x[0], op.Sub(b, 1))))
      },
      () => {
        const positive = op.Greater(x[0], 0)
        return op.CastLike(op.Mul(dy, op.Mul(y[0], op.Log(op.Where(positive, x[0], 1)))), x[1])
      },
    ]
  }),
  Neg: ({ op, dy }) => [op.Neg(dy)],
  Abs: unary(({ op, x }) => op.Sign(x[0])),
  Exp: unary(({ y }) => y[0]),
  Log: ({ op, x, dy }) => [op.Div(dy, x[0])],
  Sqrt: ({ op, y, dy }) => [op.Div(op.Mul(dy, 0.5), y[0])],
  Reciprocal: ({ op, y, dy }) => [op.Neg(op.Mul(dy, op.Mul(y[0], y[0])))],
  /** 2/sqrt(pi) exp(-x^2) */
  Erf: unary(({ op, x }) => op.Mul(op.Exp(op.Neg(op.Mul(x[0], x[0]))), 2 / Math.sqrt(Math.PI))),
  Where: broadcasting(({ op, x, dy }) => [
    () => dy,
    () => op.Where(x[0], dy, 0),
    () => op.Where(x[0], 0, dy),
  ]),
  /** ReLU6 (0 to 6) stops the gradient at its bounds, any other clip passes it there, as PyTorch does. */
  Clip: (at) => {
    const { op, x, y, dy } = at
    const bound = (i: number) => (at.has(i) ? Number(at.constant(x[i] as (typeof x)[0])?.data[0] ?? Number.NaN) : null)
    const relu6 = bound(1) === 0 && bound(2) === 6
    const value = relu6 ? y[0] : x[0]
    const above = at.has(1) ? op[relu6 ? 'Greater' : 'GreaterOrEqual'](value, x[1]) : null
    const below = at.has(2) ? op[relu6 ? 'Less' : 'LessOrEqual'](value, x[2]) : null
    const inside = above && below ? op.And(above, below) : (above ?? below)
    return [inside ? op.Mul(dy, indicator(at, inside)) : dy]
  },
  Identity: identity,
  Dropout: identity,
  Cast: ({ op, x, dy }) => [op.CastLike(dy, x[0])],
  CastLike: ({ op, x, dy }) => [op.CastLike(dy, x[0])],
}
