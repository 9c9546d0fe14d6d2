/** Trigonometric and hyperbolic functions and their inverses. */

import type { Backward, RuleSet } from '../rule.ts'
import { unary } from './kinds.ts'

/** 1 - x^2 without the cancellation near 1. */
const complement = ({ op, x }: Backward) => op.Mul(op.Sub(1, x[0]), op.Add(x[0], 1))

export const trigonometric: RuleSet = {
  Sin: unary(({ op, x }) => op.Cos(x[0])),
  Cos: ({ op, x, dy }) => [op.Neg(op.Mul(dy, op.Sin(x[0])))],
  Tan: unary(({ op, y }) => op.Add(op.Mul(y[0], y[0]), 1)),
  Asin: (at) => [at.op.Div(at.dy, at.op.Sqrt(complement(at)))],
  Acos: (at) => [at.op.Neg(at.op.Div(at.dy, at.op.Sqrt(complement(at))))],
  Atan: ({ op, x, dy }) => [op.Div(dy, op.Add(op.Mul(x[0], x[0]), 1))],
  Sinh: unary(({ op, x }) => op.Cosh(x[0])),
  Cosh: unary(({ op, x }) => op.Sinh(x[0])),
  Tanh: unary(({ op, y }) => op.Sub(1, op.Mul(y[0], y[0]))),
  Asinh: ({ op, x, dy }) => [op.Div(dy, op.Sqrt(op.Add(op.Mul(x[0], x[0]), 1)))],
  Acosh: ({ op, x, dy }) => [op.Div(dy, op.Sqrt(op.Mul(op.Sub(x[0], 1), op.Add(x[0], 1))))],
  Atanh: (at) => [at.op.Div(at.dy, complement(at))],
}
