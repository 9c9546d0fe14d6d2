/**
 * The constants of a network: what each node adds that does not scale with its input. A network whose nodes are piecewise
 * linear is S = x . dS/dx + sum of constant . dS/d(node's output), the constants taken where the image lies.
 */

import {
  attributesOf,
  constantOf,
  type Graph,
  type Node,
  type Ops,
  operatorKey,
  usesOf,
  type Value,
  valueDtypes,
} from '../../onnx/index.ts'
import { isFloat, numbers } from '../../tensor/index.ts'

export interface Bias {
  /** The value that it is added to. */
  readonly at: string
  /** 'parameter': a bias of the model. 'bound': the value that a Clip holds, which is no parameter. */
  readonly kind: 'parameter' | 'bound'
  /** In a shape that broadcasts to the value's. */
  readonly write: (op: Ops, value: (name: string) => Value, rank: number) => Value
}

export interface Constants {
  readonly biases: readonly Bias[]
  /** The operators on the way that are not piecewise linear, or whose constants are unknown; empty: the identity holds. */
  readonly bent: readonly string[]
}

/** f(t x) = t f(x) for t > 0 in all inputs together. */
const homogeneous = new Set(
  (
    'Relu LeakyRelu PRelu Abs Neg MaxPool AveragePool GlobalAveragePool GlobalMaxPool ReduceMean ReduceSum ReduceMax ' +
    'ReduceMin Reshape Flatten Transpose Squeeze Unsqueeze Split Slice Identity Dropout Resize Expand Tile Cast ' +
    'DepthToSpace SpaceToDepth Shape Size'
  ).split(' '),
)
/** Homogeneous when every float among the inputs comes from the image. */
const together = new Set(['Concat', 'Max', 'Min', 'Mean'])
/** Linear when one input comes from the image and the others do not. */
const products = new Set(['Mul', 'MatMul', 'Gather', 'GatherElements', 'GatherND'])

/** @param from the image, @param to the score */
export function constantsOf(graph: Graph, from: string, to: string): Constants {
  const { nodes, moving } = between(graph, from, to)
  const bent = new Set<string>()
  const biases = nodes.flatMap((node): readonly Bias[] => {
    const found = biasesOf(graph, node, moving)
    if (found) return found
    bent.add(operatorKey(node))
    return []
  })
  return { biases, bent: [...bent] }
}

/** The nodes between two values, and the floats that depend on the first. */
function between(graph: Graph, from: string, to: string) {
  const dtypes = valueDtypes(graph)
  const moving = new Set([from])
  const forward = graph.nodes.filter((node) => {
    if (!usesOf(node).some((name) => moving.has(name))) return false
    const floats = node.outputs.filter((name) => isFloat(dtypes.get(name) ?? 'int64'))
    for (const name of floats) moving.add(name)
    return floats.length > 0
  })
  const needed = new Set([to])
  const nodes = forward.toReversed().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false
    for (const name of usesOf(node)) if (moving.has(name)) needed.add(name)
    return true
  })
  return { nodes: nodes.reverse(), moving }
}

/** What a node adds; undefined when it is not piecewise linear. */
function biasesOf(graph: Graph, node: Node, moving: ReadonlySet<string>): readonly Bias[] | undefined {
  const { inputs, outputs } = node
  const attributes = attributesOf(node)
  const [output = ''] = outputs
  const moves = (i: number) => moving.has(inputs[i] ?? '')
  const parameter = (write: Bias['write']): readonly Bias[] => [{ at: output, kind: 'parameter', write }]
  const key = operatorKey(node)
  if (homogeneous.has(key)) return []
  if (together.has(key)) return inputs.every((name) => moving.has(name)) ? [] : undefined
  if (products.has(key)) return inputs.filter((name) => moving.has(name)).length === 1 ? [] : undefined
  switch (key) {
    case 'Div':
      return moves(1) ? undefined : []
    case 'Conv':
    case 'ConvTranspose': {
      const bias = inputs[2]
      if (moves(1)) return undefined
      return bias ? parameter((op, value, rank) => channelwise(op, value(bias), rank)) : []
    }
    case 'Gemm': {
      const bias = inputs[2]
      if (moves(0) === moves(1)) return undefined
      return bias && !moves(2) ? parameter((op, value) => op.Mul(value(bias), attributes.float('beta', 1))) : []
    }
    case 'BatchNormalization': {
      const [, scale, shift, mean, variance] = inputs as [string, string, string, string, string]
      return parameter((op, value, rank) => {
        const deviation = op.Sqrt(op.Add(value(variance), attributes.float('epsilon', 1e-5)))
        const bias = op.Sub(value(shift), op.Div(op.Mul(value(mean), value(scale)), deviation))
        return channelwise(op, bias, rank)
      })
    }
    case 'Add':
    case 'Sum':
    case 'Sub':
      return inputs.flatMap((name, i) =>
        moves(i) ? [] : parameter((op, value) => (key === 'Sub' && i === 1 ? op.Neg(value(name)) : value(name))),
      )
    case 'Clip':
      return [{ at: output, kind: 'bound', write: (op, value) => held(op, value, node) }]
    case 'Pad':
      return /^(reflect|edge|wrap)$/.test(attributes.string('mode', 'constant')) || isZero(graph, inputs[2])
        ? []
        : undefined
    default:
      return undefined
  }
}

/** One number a channel, for a value [N, C, …]. */
const channelwise = (op: Ops, bias: Value, rank: number): Value =>
  op.Reshape(bias, [-1, ...Array.from({ length: Math.max(0, rank - 2) }, () => 1)])

/** The bound, where a Clip holds its input there: what passes has no constant. */
function held(op: Ops, value: (name: string) => Value, { inputs, outputs }: Node): Value {
  const [input = '', least, most] = inputs
  const [x, y] = [value(input), value(outputs[0] as string)]
  const inside = [...(least ? [op.Greater(x, value(least))] : []), ...(most ? [op.Less(x, value(most))] : [])]
  const passes = inside.reduce<Value | undefined>((all, one) => (all ? op.And(all, one) : one), undefined)
  return passes ? op.Where(passes, op.Mul(y, 0), y) : op.Mul(y, 0)
}

function isZero(graph: Graph, name: string | undefined): boolean {
  if (!name) return true
  const stored = constantOf(graph, name)
  return stored !== undefined && numbers(stored.read()).every((element) => element === 0)
}
