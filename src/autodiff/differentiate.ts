/**
 * Reverse-mode differentiation of a graph into the same graph: walks the nodes between the objective and the values asked
 * for, from the last to the first, and lets each operator's rule write its backward nodes. Fan-out (gradients of a value
 * that is used twice are added), pruning, naming and the refusals are dealt with here, once.
 */

import { FoveaError } from '../error/index.ts'
import {
  Builder,
  type Graph,
  type Measured,
  type Node,
  operatorKey,
  usesOf,
  type Value,
  type ValueInfo,
  valueDtypes,
} from '../onnx/index.ts'
import { type Dtype, isFloat } from '../tensor/index.ts'
import { isFlat, refusal, straightThrough } from './coverage.ts'
import { grouped } from './groups/index.ts'
import { hasPlainSizes } from './plain-sizes.ts'
import { backward, type RuleSet } from './rule.ts'
import { Widening } from './widen.ts'

export interface Differentiation {
  /** The value to differentiate. More than one element (a batch) means their sum: images do not see each other. */
  readonly objective: string
  /** The values whose gradients are wanted. */
  readonly wrt: readonly string[]
  readonly rules: RuleSet
  readonly measured: Measured
  /** What goes back from the objective: 1 (a gradient), or its own value (a relevance). */
  readonly seed?: 'one' | 'value'
  /** What comes out, and begins the names of what is written; default 'gradient'. */
  readonly label?: string
}

/** The output that carries the gradient at a value. */
export const gradientName = (value: string, label = 'gradient') => `${label}/${value}`

/**
 * The graph with one more output for each value of `wrt`: its gradient, in its own shape; of halves in float32.
 * @throws FoveaError FOVEA_UNSUPPORTED_OP naming every operator on the way that has no rule; FOVEA_ZERO_GRADIENT when nothing
 * leads from a value to the objective
 */
export function differentiate(graph: Graph, differentiation: Differentiation): Graph {
  const { objective, wrt, rules, measured, seed = 'one', label = 'gradient' } = differentiation
  const dtypes = valueDtypes(graph)
  const nodes = grouped(graph, rules, new Set([objective, ...wrt]), measured)
  const between = path({ ...graph, nodes }, objective, wrt, dtypes)
  refuseMissing(between.nodes, rules)
  const builder = new Builder(graph)
  const { op } = builder
  const wide = new Widening(builder)
  const gradients = new Map<string, Value>()
  const parts: (readonly [string, Value])[] = []
  const shapes = shapesOf(graph, measured)
  const plain = hasPlainSizes(graph, measured)
  const score = wide.value(objective)
  builder.within(label, () => {
    gradients.set(objective, seed === 'value' ? score : op.Expand(builder.scalar(1, score.dtype), op.Shape(score)))
  })
  for (const node of between.nodes.toReversed()) {
    const incoming = node.outputs.map((name) => gradients.get(name) ?? null)
    if (incoming.every((gradient) => gradient === null)) continue
    const wanted = node.inputs.map((name) => between.values.has(name))
    builder.within(`${label}/${node.name || node.outputs[0]}`, () => {
      const rule = rules[operatorKey(node)]
      const outgoing = rule?.(backward({ builder, wide, graph, measured, plain }, node, incoming, wanted)) ?? []
      outgoing.forEach((gradient, i) => {
        const name = node.inputs[i] ?? ''
        if (!gradient || !wanted[i]) return
        const other = gradients.get(name)
        parts.push([name, gradient])
        gradients.set(name, other ? op.Add(other, gradient) : gradient)
      })
    })
  }
  const outputs = wrt.map((name): ValueInfo => {
    const gradient = gradients.get(name) ?? disconnected(objective, name)
    const output = builder.named('Identity', gradientName(name, label), gradient)
    return { ...output, ...shapes(name) }
  })
  const finished = wide.tidy(builder.finish(outputs))
  if (!plain) return finished
  const written = new Map([...parts, ...gradients].map(([of, value]) => [value.name, { ...value, ...shapes(of) }]))
  const ofImages = ({ shape }: ValueInfo) => shape?.length === 4 && shape[0] !== null
  return { ...finished, declared: [...written.values()].filter(ofImages) }
}

/** A value's shape as a file says it; an axis with one element an image has the name that the model's inputs give it. */
function shapesOf(graph: Graph, { shapes }: Measured): (name: string) => Pick<ValueInfo, 'shape'> {
  const named = graph.inputs.flatMap(({ name, shape }) => shape?.filter((_, i) => shapes.get(name)?.batch[i]) ?? [])
  const symbol = named.find((dim) => typeof dim === 'string' && dim !== '') ?? 'N'
  return (name) => {
    const shape = shapes.get(name)
    return shape ? { shape: shape.dims.map((dim, i) => (shape.batch[i] ? (dim === 1 ? symbol : null) : dim)) } : {}
  }
}

/** The float values that depend on `wrt` and lead to the objective, and the nodes that connect them. */
function path(graph: Graph, objective: string, wrt: readonly string[], dtypes: ReadonlyMap<string, Dtype>) {
  const reached = new Set(wrt)
  const forward: Node[] = []
  for (const node of graph.nodes) {
    if (isFlat(node) || !usesOf(node).some((name) => reached.has(name))) continue
    const codes = straightThrough.has(operatorKey(node))
    const outputs = node.outputs.filter((name) => name !== '' && (codes || isFloat(dtypes.get(name) ?? 'int64')))
    if (outputs.length === 0) continue
    for (const name of outputs) reached.add(name)
    forward.push(node)
  }
  const values = new Set([objective])
  const nodes = forward.toReversed().filter((node) => {
    if (!node.outputs.some((name) => values.has(name))) return false
    for (const name of usesOf(node)) if (reached.has(name)) values.add(name)
    return true
  })
  const missing = wrt.find((name) => !values.has(name))
  if (missing !== undefined)
    disconnected(
      objective,
      missing,
      graph.nodes.filter((node) => isFlat(node) && reads(node, reached, dtypes)),
    )
  return { nodes: nodes.reverse(), values }
}

/** Whether a node turns a float that depends on `wrt` into something: Shape and its like ask only for sizes. */
const reads = (node: Node, reached: ReadonlySet<string>, dtypes: ReadonlyMap<string, Dtype>) =>
  !/^(Shape|Size)$/.test(node.op) &&
  node.inputs.some((name) => reached.has(name) && isFloat(dtypes.get(name) ?? 'int64'))

function disconnected(objective: string, value: string, cuts: readonly Node[] = []): never {
  const list = cuts.slice(0, 3).map((node) => `${node.op} (node '${node.name || node.outputs[0]}')`)
  const why =
    list.length > 0
      ? `the way is cut by ${list.join(', ')}${cuts.length > 3 ? ', …' : ''}, whose gradient is zero everywhere`
      : 'it does not depend on it'
  throw new FoveaError(
    'FOVEA_ZERO_GRADIENT',
    `No gradient leads from the score ('${objective}') back to '${value}': ${why}. Choose another output, target or layer.`,
    { tensor: value, ...(cuts[0] ? { node: cuts[0].name, op: cuts[0].op } : {}) },
  )
}

function refuseMissing(nodes: readonly Node[], rules: RuleSet): void {
  const missing = nodes.filter((node) => !rules[operatorKey(node)])
  if (missing.length > 0) throw refusal(missing)
}
