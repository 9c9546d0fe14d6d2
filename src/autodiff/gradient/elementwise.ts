/** Arithmetic, element by element. */

import type { Value } from '../../onnx/index.ts'
import { isFloat, numbers } from '../../tensor/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { broadcasting, converted, identity, indicator, several, unary, where } from './kinds.ts'
import { trigonometric } from './trigonometric.ts'

/** d/da a^b = b a^(b-1), and 0 where b = 0; d/db = a^b ln a, and 0 where a <= 0. */
const pow: Rule = broadcasting((at) => {
  const { op, x, y, dy } = at
  return [
    () => op.Mul(dy, slopeOfPower(at)),
    () => {
      const positive = op.Greater(x[0], 0)
      return converted(at, op.Mul(dy, op.Mul(y[0], op.Log(op.Where(positive, x[0], 1)))), x[1])
    },
  ]
})

function slopeOfPower(at: Backward): Value {
  const { op, x, y } = at
  const constant = at.constant(x[1])
  const exponent = constant?.data.length === 1 ? numbers(constant)[0] : undefined
  switch (exponent) {
    case undefined: {
      const b = converted(at, x[1], x[0])
      return op.Mul(op.Pow(x[0], op.Where(op.Equal(b, 0), 1, op.Sub(b, 1))), b)
    }
    case 0:
      return at.scalar(0, x[0])
    case 0.5:
      return op.Div(0.5, y[0])
    case 1:
      return at.scalar(1, x[0])
    case 2:
      return op.Add(x[0], x[0])
    case 3:
      return op.Mul(op.Mul(x[0], x[0]), 3)
    default:
      return op.Mul(op.Pow(x[0], exponent - 1), exponent)
  }
}

/** The quotient a = (x - y) / m that was cut off to a whole number is the slope along m; along x it is 1. */
const mod: Rule = broadcasting(({ op, x, y, dy }) => [
  () => dy,
  () => op.Neg(op.Mul(dy, op.Round(op.Div(op.Sub(x[0], y[0]), x[1])))),
])

/** The gradient goes to the winner; ties go to the first. */
const extremum =
  (beats: 'GreaterOrEqual' | 'LessOrEqual'): Rule =>
  (at) => {
    const { op, x, y, dy } = at
    const inputs = x.slice(0, at.node.inputs.length)
    if (inputs.length === 1) return [dy]
    if (inputs.length === 2) {
      const first = op[beats](x[0], x[1])
      const sides = [() => where(at, first, dy), () => op.Where(first, 0, dy)]
      return sides.map((side, i) => (at.wanted(i) ? at.sumTo(side(), x[i] as Value) : null))
    }
    let taken: Value | undefined
    return inputs.map((value, i) => {
      const best = op.Equal(value, y[0])
      const wins = taken ? op.And(best, op.Not(taken)) : best
      taken = taken ? op.Or(taken, best) : best
      return at.wanted(i) ? at.sumTo(where(at, wins, dy), value) : null
    })
  }

/**
 * ReLU6 (0 to 6) stops the gradient at its bounds; any other clip passes it there, as PyTorch does: it passes where nothing was
 * changed. A bound gets the gradient of what it replaced; the upper one wins.
 */
const clip: Rule = (at) => {
  const { op, x, y, dy } = at
  const bound = (i: number) => {
    const constant = at.has(i) ? at.constant(x[i] as Value) : undefined
    return constant ? numbers(constant)[0] : undefined
  }
  const unchanged = () =>
    bound(1) === 0 && bound(2) === 6 ? op.And(op.Greater(y[0], 0), op.Less(y[0], 6)) : op.Equal(y[0], x[0])
  const above = () => op.Greater(at.has(1) ? op.Max(x[0], x[1]) : x[0], x[2])
  const below = () => (at.has(2) ? op.And(op.Less(x[0], x[1]), op.LessOrEqual(x[1], x[2])) : op.Less(x[0], x[1]))
  return [
    at.wanted(0) ? op.Mul(dy, indicator(at, unchanged())) : null,
    at.wanted(1) ? at.sumTo(where(at, below(), dy), x[1]) : null,
    at.wanted(2) ? at.sumTo(where(at, above(), dy), x[2]) : null,
  ]
}

/** At inference it is the identity; in training it multiplies by its mask, which only the forward pass knows. */
const dropout: Rule = (at) => {
  const training = at.has(2) ? at.constant(at.x[2]) : undefined
  if (at.has(2) && !(training && Number(training.data[0]) === 0))
    at.refuse('it is in training mode; export the model for inference')
  return [at.dy]
}

/** A conversion between float types; a gradient that came through integers is float already. */
const cast: Rule = (at) => [isFloat(at.x[0].dtype) ? converted(at, at.dy, at.x[0]) : at.dy]

export const elementwise: RuleSet = {
  Add: broadcasting(({ dy }) => [() => dy, () => dy]),
  Sub: several(({ op, x, dy, sumTo }) => [() => sumTo(dy, x[0]), () => op.Neg(sumTo(dy, x[1]))]),
  Mul: broadcasting(({ op, x, dy }) => [() => op.Mul(dy, x[1]), () => op.Mul(dy, x[0])]),
  /** d/db a/b = -y/b, which is divided after summing. */
  Div: several(({ op, x, y, dy, sumTo }) => [
    () => sumTo(op.Div(dy, x[1]), x[0]),
    () => op.Neg(op.Div(sumTo(op.Mul(dy, y[0]), x[1]), x[1])),
  ]),
  Pow: pow,
  Mod: mod,
  Sum: broadcasting(({ node, dy }) => node.inputs.map(() => () => dy)),
  Mean: several(({ op, node, x, dy, sumTo }) =>
    node.inputs.map((_, i) => () => op.Div(sumTo(dy, x[i] as Value), node.inputs.length)),
  ),
  Max: extremum('GreaterOrEqual'),
  Min: extremum('LessOrEqual'),
  Clip: clip,
  Where: broadcasting(({ op, x, dy }) => [() => dy, () => op.Where(x[0], dy, 0), () => op.Where(x[0], 0, dy)]),
  Neg: ({ op, dy }) => [op.Neg(dy)],
  Abs: unary(({ op, x }) => op.Sign(x[0])),
  Exp: unary(({ y }) => y[0]),
  Log: ({ op, x, dy }) => [op.Div(dy, x[0])],
  Sqrt: ({ op, y, dy }) => [op.Div(op.Mul(dy, 0.5), y[0])],
  Reciprocal: ({ op, y, dy }) => [op.Neg(op.Mul(dy, op.Mul(y[0], y[0])))],
  /** 2/sqrt(pi) exp(-x^2), the factor moved into the exponent */
  Erf: unary(({ op, x }) => op.Exp(op.Sub(Math.log(2 / Math.sqrt(Math.PI)), op.Mul(x[0], x[0])))),
  Identity: identity,
  Dropout: dropout,
  Cast: cast,
  CastLike: cast,
  ...trigonometric,
}
