/**
 * Relevance goes back instead of a gradient: what an operator receives, its inputs get by their contributions. Made of the
 * gradient set: movements and winners are their gradients; sums are x (J^T (R / y)) with the operator's own gradient J^T;
 * layers with weights are so with changed weights (shares.ts); activations pass.
 */

import { type Graph, operatorKey, type Value } from '../../onnx/index.ts'
import { isFloat } from '../../tensor/index.ts'
import { gradient } from '../gradient/index.ts'
import { linearityOf } from '../linearity.ts'
import { type Remarks, remarks } from '../remarks.ts'
import { type Backward, type Rule, type RuleSet, receiving } from '../rule.ts'
import { isGate } from './gates.ts'
import { book, type Entry, type Share } from './ledger.ts'
import { normalised } from './normalised.ts'
import { handOut, type Share as Term } from './shares.ts'
import { shared } from './stabilised.ts'
import { replacing, type Weighted, weightedOf } from './weighted.ts'

/** What distinguishes one propagation from another. */
export interface Propagation {
  readonly title: string
  readonly graph: Graph
  /** Of the denominators of sums. */
  readonly epsilon: number
  /** The rule of a layer with weights, by name, and its terms. */
  readonly layer: (
    layer: Weighted,
    notes: Remarks,
  ) => {
    readonly rule: string
    readonly shares: readonly Term[]
    readonly epsilon?: number
  }
  /** Rules of its own, before those here; undefined: none for this one. */
  readonly own?: (at: Backward, notes: Remarks) => Share | undefined
}

export interface RelevanceRules {
  readonly set: RuleSet
  readonly remarks: Remarks
  /** In the order of the way back; filled while the rules are applied. */
  readonly ledger: readonly Entry[]
}

export function relevance(propagation: Propagation): RelevanceRules {
  const notes = remarks()
  const ledger: Entry[] = []
  const rule: Rule = (at) => {
    const share = shareOf(at, propagation, notes)
    ledger.push(book(at, share))
    return share.given
  }
  return { set: Object.fromEntries(Object.keys(gradient).map((key) => [key, rule])), remarks: notes, ledger }
}

/** Activations that are 0 at 0 hand on what they receive; of those with a remark the papers do not speak. */
const known = new Set(['Relu', 'Tanh'])
const bent = new Set(
  `Relu LeakyRelu PRelu ThresholdedRelu Elu Selu Celu Clip Tanh HardSwish Swish Mish Gelu Softsign Shrink
  com.microsoft:Gelu com.microsoft:BiasGelu com.microsoft:FastGelu com.microsoft:QuickGelu`.split(/\s+/),
)
const raised = new Set(['Sigmoid', 'HardSigmoid', 'Softplus'])

function shareOf(at: Backward, propagation: Propagation, notes: Remarks): Share {
  const { graph, title, epsilon } = propagation
  const key = operatorKey(at.node)
  const passes = (rule = 'passes'): Share => ({ rule, given: [at.dy] })
  const own = propagation.own?.(at, notes)
  if (own) return own
  const layer = weightedOf(at)
  if (layer) {
    const { rule, shares, epsilon: stabiliser = epsilon } = propagation.layer(layer, notes)
    const { given, kept } = handOut(layer, shares, stabiliser)
    return { rule, given: at.node.inputs.map((_, i) => (at.wanted(i) ? given : null)), kept }
  }
  if (bent.has(key) && !at.wanted(1)) {
    if (!known.has(key))
      notes.add(at.node, `hands on its relevance as a ReLU does, which ${title}'s papers do not speak of`)
    return passes()
  }
  if (raised.has(key)) {
    notes.add(at.node, `hands on its relevance although it is not 0 at 0, so it is not ${title} in the strict sense`)
    return passes()
  }
  const held = gated(at, graph, notes)
  if (held) return held
  const standard = normalised(at, epsilon, notes)
  if (standard) return standard
  switch (linearityOf(at)) {
    case 'movement':
      return moved(at)
    case 'choice':
      return { rule: 'winner takes all', given: (gradient[key] as Rule)(at), keepsRest: true }
    case 'linear':
      return key === 'BatchNormalization' ? affine(at, epsilon) : split(at, epsilon)
    default:
      notes.add(
        at.node,
        `got its gradient times its input: ${title} has no rule for it, so relevance is not kept there`,
      )
      return contributed(at, epsilon)
  }
}

/** What went to constants beside the moved values, they keep. */
function moved(at: Backward): Share {
  const key = operatorKey(at.node)
  if (key === 'Cast' || key === 'CastLike') return { rule: 'passes', given: [at.dy] }
  const alone = at.node.inputs.every((name, i) => name === '' || at.wanted(i) || !isFloat((at.x[i] as Value).dtype))
  return { rule: 'moves', given: (gradient[key] as Rule)(at), keepsRest: !alone || key === 'Pad' }
}

/** One gate and what goes through it: the gate is held, as if it were a constant, and gets nothing. */
function gated(at: Backward, graph: Graph, notes: Remarks): Share | undefined {
  const key = operatorKey(at.node)
  if (!(key === 'Mul' || key === 'MatMul') || !at.wanted(0) || !at.wanted(1)) return undefined
  const gates = [0, 1].map((i) => isGate(graph, at.node.inputs[i] as string))
  if (gates[0] === gates[1]) return undefined
  const through = gates[0] ? 1 : 0
  notes.add(
    at.node,
    'hands its relevance to what goes through the gate; the gate itself gets none (Arras et al. 2017, Ali et al. 2022)',
  )
  if (key === 'Mul') {
    const given = at.sumTo(at.dy, at.x[through] as Value)
    return { rule: 'through the gate', given: through === 0 ? [given] : [null, given] }
  }
  const one = { ...at, wanted: (i: number) => i === through }
  return { ...contributed(one, 1e-6), rule: 'through the gate' }
}

/** x (J^T (R / y)): by contribution for what is linear, and the chain rule's telescope for what is not. */
export function contributed(at: Backward, epsilon: number): Share {
  const rule = gradient[operatorKey(at.node)] as Rule
  const ratio = shared(at, at.dy, at.y[0], epsilon)
  const given = rule(receiving(at, ratio)).map((part, i) =>
    part && at.wanted(i) ? at.op.Mul(at.x[i] as Value, part) : null,
  )
  return { rule: 'gradient x input', given, keepsRest: true }
}

/** Sums by contribution; what does not depend on the image keeps its part. A single factor passes everything. */
function split(at: Backward, epsilon: number): Share {
  const { op, node } = at
  const key = operatorKey(node)
  const reached = node.inputs.flatMap((_, i) => (at.wanted(i) ? [i] : []))
  const [first = 0] = reached
  const alone = reached.length === 1
  const factor = key === 'Neg' || ((key === 'Mul' || key === 'Div') && alone)
  if (factor) {
    const given = at.sumTo(at.dy, at.x[first] as Value)
    return { rule: 'passes', given: node.inputs.map((_, i) => (i === first ? given : null)) }
  }
  const { given } = contributed(at, epsilon)
  const constants = /^(Add|Sub|Sum|Mean)$/.test(key) ? node.inputs.flatMap((_, i) => (at.wanted(i) ? [] : [i])) : []
  const kept = constants.map((i) => {
    const part = op.Mul(at.x[i] as Value, shared(at, at.dy, at.y[0], epsilon))
    return key === 'Sub' && i === 1 ? op.Neg(part) : key === 'Mean' ? op.Div(part, node.inputs.length) : part
  })
  return { rule: 'by contribution', given, kept: kept.length > 0 ? kept.reduce((a, b) => op.Add(a, b)) : null }
}

/** A BatchNormalization that no layer in front of it could take in: y = f x + c, and c keeps its part. */
function affine(at: Backward, epsilon: number): Share {
  const { op } = at
  const { given } = contributed(at, epsilon)
  const offset = (gradient.BatchNormalization as Rule)(
    replacing(at, {}, op.Expand(at.scalar(1, at.dy), op.Shape(at.y[0]))),
  )
  const scaled = op.Mul(at.x[0], offset[0] as Value)
  const kept = op.Mul(op.Sub(at.y[0], scaled), shared(at, at.dy, at.y[0], epsilon))
  return { rule: 'epsilon', given, kept }
}
