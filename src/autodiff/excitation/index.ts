/**
 * Excitation backprop: a random walk back from the answer, P_j = a_j sum_k w+_jk P_k / sum_j a_j w+_jk. Biases take no part,
 * normalisations pass, sums give by positive parts, so that probability is kept. Zhang et al. 2016, arXiv 1608.00507.
 */

import { FoveaError } from '../../error/index.ts'
import { type Graph, operatorKey, type Value } from '../../onnx/index.ts'
import { gradient } from '../gradient/index.ts'
import { linearityOf } from '../linearity.ts'
import { lastLayers } from '../relevance/depth.ts'
import { isUnsigned } from '../relevance/gates.ts'
import type { Share as Booked } from '../relevance/ledger.ts'
import { type RelevanceRules, relevance } from '../relevance/relevance.ts'
import type { Share } from '../relevance/shares.ts'
import { positive, shared } from '../relevance/stabilised.ts'
import { replacing } from '../relevance/weighted.ts'
import type { Remarks } from '../remarks.ts'
import { type Backward, isTarget, type Rule, receiving } from '../rule.ts'

/** Keeps 0 / 0 away and nothing else: activations lie far above it. */
const tiny = 1e-20

export interface ExcitationOptions {
  /** Contrastive: at the last layers the walk with the weights turned round is taken away. */
  readonly contrastive: boolean
  /** The value from which the walk begins. */
  readonly score: string
}

export function excitation(graph: Graph, { contrastive, score }: ExcitationOptions): RelevanceRules {
  const last = contrastive ? lastLayers(graph, score) : new Set()
  const known = (at: Backward, i: number) => isUnsigned(graph, at.node.inputs[i] as string)
  return relevance({
    title: 'Excitation backprop',
    graph,
    epsilon: tiny,
    layer: ({ at, x, w }, notes) => {
      const unsigned = known(at, at.wanted(0) ? 0 : 1)
      if (!unsigned) notes.add(at.node, clamped)
      const input = unsigned ? x : positive(at, x)
      const walk: Share = { parts: [{ input, weights: positive(at, w) }], bias: null }
      if (!last.has(at.node)) return { rule: 'excitation', shares: [walk] }
      const against = positive(at, at.op.Neg(w))
      return {
        rule: 'contrast',
        shares: [walk, { parts: [{ input, weights: against }], bias: null, factor: -1 }],
      }
    },
    own: (at, notes) => {
      const key = operatorKey(at.node)
      const rule = gradient[key] as Rule
      if (isTarget(at)) return { rule: 'target', given: rule(at) }
      if (foreign.has(key) || (/^(MatMul|Div)$/.test(key) && at.wanted(0) && at.wanted(1))) refuse(at)
      if (key === 'BatchNormalization') return { rule: 'passes', given: [at.dy] }
      return sums.has(key) && linearityOf(at) === 'linear' ? excited(at, known, notes) : undefined
    },
  })
}

const clamped = 'takes its negative inputs as 0: excitation backprop is defined for activations that are not negative'

const foreign = new Set(
  `LayerNormalization RMSNormalization SimplifiedLayerNormalization GroupNormalization InstanceNormalization LRN Softmax Attention
  com.microsoft:MultiHeadAttention com.microsoft:SkipLayerNormalization`.split(/\s+/),
)

function refuse({ node }: Backward): never {
  throw new FoveaError(
    'FOVEA_UNSUPPORTED_OP',
    `Excitation backprop has no rule for ${node.op} (node '${node.name || node.outputs[0]}'): it walks along fixed weights between activations that are not negative. Use lrp, or a layer behind it.`,
    { node: node.name, op: node.op },
  )
}

const sums = new Set(['Add', 'Sum', 'Mean', 'AveragePool', 'GlobalAveragePool', 'ReduceMean', 'ReduceSum', 'Resize'])

/** Sums by the positive parts of what they add; constants that are added take no part. */
function excited(at: Backward, known: (at: Backward, i: number) => boolean, notes: Remarks): Booked {
  const { op, node } = at
  const reached = node.inputs.flatMap((_, i) => (at.wanted(i) ? [i] : []))
  const adds = node.op === 'Add' || node.op === 'Sum'
  if (adds && reached.length === 1) {
    const [i = 0] = reached
    return { rule: 'passes', given: node.inputs.map((_, j) => (j === i ? at.sumTo(at.dy, at.x[i] as Value) : null)) }
  }
  const signed = reached.filter((i) => !known(at, i))
  if (signed.length > 0) notes.add(node, clamped)
  const changed = Object.fromEntries(signed.map((i) => [i, positive(at, at.x[i] as Value)]))
  const inputs = node.inputs.map((name, i) => (name === '' ? null : (changed[i] ?? (at.x[i] as Value))))
  const total = signed.length > 0 ? op[node.op as 'Add'](...inputs, node.attributes) : at.y[0]
  const ratio = shared(at, at.dy, total, tiny)
  const back = (gradient[operatorKey(node)] as Rule)(receiving(replacing(at, changed), ratio))
  const given = back.map((part, i) => (part && at.wanted(i) ? op.Mul(inputs[i] as Value, part) : null))
  return { rule: 'by positive parts', given }
}
