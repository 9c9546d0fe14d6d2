/**
 * DeepLIFT, rescale rule: multipliers m instead of gradients, so that sum m (x - x') = S(x) - S(x') for a reference x'. Linear
 * operators have their gradient; bent ones (y - y') / (x - x'); products their gradient halfway. Shrikumar et al. 2017, arXiv
 * 1704.02685. The reference's values are in the graph as `reference/NAME` (see `withReference`).
 */

import { type Graph, operatorKey, type Value } from '../../onnx/index.ts'
import { isFloat } from '../../tensor/index.ts'
import { gradient } from '../gradient/index.ts'
import { linearityOf } from '../linearity.ts'
import type { RemarkedRules } from '../rectified/index.ts'
import { replacing } from '../relevance/weighted.ts'
import { type Remarks, remarks } from '../remarks.ts'
import type { Backward, Rule } from '../rule.ts'
import { normalisation } from './normalisation.ts'
import { referenceName } from './reference.ts'
import { extremum, largerOf, quotient, slope } from './slopes.ts'
import { softmax } from './softmax.ts'

export { referenceName, withReference } from './reference.ts'

/** An operator with its values for the image and for the reference. */
export interface Pair {
  readonly at: Backward
  /** Input `i` for the reference; the image's own where it does not depend on the image. */
  x(i: number): Value
  y(i: number): Value
}

export function deepLift(graph: Graph): RemarkedRules {
  const notes = remarks()
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs))
  const rule: Rule = (at) => {
    const other = (name: string, own: Value): Value => {
      const found = referenceName(name)
      if (!made.has(found)) return own
      const value = at.value(found)
      return value.dtype === 'float16' ? at.op.Cast(value, { to: 1 }) : value
    }
    return multipliers(
      {
        at,
        x: (i) => other(at.node.inputs[i] as string, at.x[i] as Value),
        y: (i) => other(at.node.outputs[i] as string, at.y[i] as Value),
      },
      notes,
    )
  }
  return { set: Object.fromEntries(Object.keys(gradient).map((key) => [key, rule])), remarks: notes }
}

const products = new Set(['Mul', 'MatMul', 'Gemm', 'Conv', 'ConvTranspose'])
const extremes: Readonly<Record<string, 'Greater' | 'Less'>> = {
  MaxPool: 'Greater',
  GlobalMaxPool: 'Greater',
  ReduceMax: 'Greater',
  ReduceMin: 'Less',
}

/** y = f(x) element by element; those of straight pieces can be divided however near x and x' are. */
const straight = new Set('Relu LeakyRelu PRelu ThresholdedRelu Clip Abs HardSigmoid Max Min'.split(' '))
const smooth = new Set(
  `Sigmoid Softplus Tanh Elu Selu Celu HardSwish Swish Mish Gelu Softsign Shrink Exp Log Sqrt Reciprocal Erf Pow Sin Cos Tan Asin Acos
  Atan Sinh Cosh Asinh Acosh Atanh com.microsoft:Gelu com.microsoft:QuickGelu`.split(/\s+/),
)

function multipliers(pair: Pair, notes: Remarks): ReturnType<Rule> {
  const { at } = pair
  const key = operatorKey(at.node)
  const own = gradient[key] as Rule
  const reached = at.node.inputs.flatMap((_, i) => (at.wanted(i) ? [i] : []))
  const linearity = linearityOf(at)
  const extreme = extremes[key]
  if (extreme) return extremum(pair, own, extreme)
  if ((key === 'Max' || key === 'Min') && reached.length === 2 && at.node.inputs.length === 2) return largerOf(pair)
  if (linearity === 'movement' || linearity === 'linear') return own(at)
  if (key === 'Div') return quotient(pair)
  if (products.has(key)) {
    const halfway = reached.map((i) => [i, at.op.Mul(at.op.Add(at.x[i] as Value, pair.x(i)), 0.5)] as const)
    return own(replacing(at, Object.fromEntries(halfway)))
  }
  const [i = 0] = reached
  if (reached.length === 1 && straight.has(key)) return slope(pair, own, i, 1e-10)
  if (reached.length === 1 && smooth.has(key)) return slope(pair, own, i, 1e-4)
  if (key === 'Softmax' || key === 'LogSoftmax') return softmax(pair, key === 'LogSoftmax')
  if (key === 'LayerNormalization' && !at.wanted(1)) return normalisation(pair)
  if (at.y.some(({ dtype }) => isFloat(dtype)))
    notes.add(at.node, 'got the plain gradient: DeepLIFT has no rule for it, so the sum is not kept there')
  return own(at)
}
