/** ONNX Runtime's own operators (com.microsoft) that exporters write into files. Those of its optimiser are refused. */

import type { Value } from '../../onnx/index.ts'
import type { Backward, Rule, RuleSet } from '../rule.ts'
import { gelu, swish, tanhGelu } from './activation.ts'
import { several } from './kinds.ts'
import { matrixProduct } from './linear.ts'
import { destandardize, rootMeanSquare, scaled, standardize, type Unit } from './standardize.ts'

/** An activation of x + bias. */
const biased = (back: (at: Backward, x: Value) => Value): Rule =>
  several((at) => {
    const { op, x } = at
    const gradient = back(at, at.has(1) ? op.Add(x[0], x[1]) : x[0])
    return [() => gradient, () => at.sumTo(gradient, x[1])]
  })

/** y = scale u + shift with u from s = x + skip + bias: one gradient for all three; output 3 is s. */
const skipped =
  (normalized: (at: Backward, sum: Value) => Unit, bias: 3 | 4): Rule =>
  (at) => {
    const { op, x, dy } = at
    if (at.gradient(1) || at.gradient(2)) at.refuse('its mean or deviation is used further on')
    const pair = op.Add(x[0], x[1])
    const { image, unit } = normalized(at, at.has(bias) ? op.Add(pair, x[bias]) : pair)
    const through = image(scaled(at, 2))
    const also = at.gradient(3)
    const gradient = also ? op.Add(through, also) : through
    const all: Record<number, () => Value> = {
      0: () => gradient,
      1: () => at.sumTo(gradient, x[1]),
      2: () => at.sumTo(op.Mul(dy, unit()), x[2]),
      3: () => at.sumTo(dy, x[3]),
      [bias]: () => at.sumTo(gradient, x[bias]),
    }
    return at.node.inputs.map((_, i) => (at.wanted(i) ? (all[i]?.() ?? null) : null))
  }

const byDeviation = (at: Backward, sum: Value): Unit => {
  const { dims } = at.shape(at.x[0])
  const found = standardize(at, sum, dims.length, dims.slice(-1))
  return { image: (g) => destandardize(at, found, g), unit: () => found.unit }
}

const fusedMatMul: Rule = (at) => {
  const { int, float } = at.attributes
  if (int('transBatchA', 0) || int('transBatchB', 0)) at.refuse('it transposes the batch')
  if ([0, 1].some((i) => at.shape(at.x[i] as Value).dims.length < 2)) at.refuse('it multiplies a vector')
  return matrixProduct(at, int('transA', 0) === 1, int('transB', 0) === 1, float('alpha', 1))
}

export const contrib: RuleSet = {
  'com.microsoft:Gelu': (at) => [gelu(at, at.x[0])],
  'com.microsoft:BiasGelu': biased(gelu),
  'com.microsoft:FastGelu': biased(tanhGelu),
  'com.microsoft:QuickGelu': swish(1.702),
  'com.microsoft:SkipLayerNormalization': skipped(byDeviation, 4),
  'com.microsoft:SkipSimplifiedLayerNormalization': skipped((at, sum) => rootMeanSquare(at, sum, [-1]), 3),
  'com.microsoft:FusedMatMul': fusedMatMul,
}
