/**
 * Layer-wise relevance propagation: a rule for each layer, by its kind and depth (a composite). Bach et al. 2015, doi
 * 10.1371/journal.pone.0130140; Montavon et al. 2019, doi 10.1007/978-3-030-28954-6_10.
 */

import type { Graph, Node, Value } from '../../onnx/index.ts'
import { float32 } from '../../tensor/index.ts'
import { between, firstLayers } from '../relevance/depth.ts'
import { isRectified, isUnsigned } from '../relevance/gates.ts'
import { type RelevanceRules, relevance } from '../relevance/relevance.ts'
import {
  alphaBetaRule,
  boxRule,
  epsilonRule,
  flatRule,
  gammaRule,
  type Weighing,
  wSquareRule,
  zPlusRule,
} from '../relevance/shares.ts'
import type { Weighted } from '../relevance/weighted.ts'

export type { Entry } from '../relevance/ledger.ts'
export type { RelevanceRules } from '../relevance/relevance.ts'

/** One rule for all layers, or a composite: dense layers, convolutions, and the first layer have their own. */
export const lrpRules = [
  'epsilon-gamma-box',
  'epsilon-plus',
  'epsilon-alpha2-beta1',
  'epsilon-gamma-flat',
  'epsilon-plus-flat',
  'epsilon-alpha2-beta1-flat',
  'zero',
  'epsilon',
  'gamma',
  'alpha-beta',
  'z-plus',
  'w-square',
  'flat',
] as const
export type LrpRule = (typeof lrpRules)[number]

export interface LrpOptions {
  readonly rule: LrpRule
  /** Of layers with the rule epsilon. */
  readonly epsilon: number
  readonly gamma: number
  readonly alpha: number
  /** The image's value, and what it can be: the least and the most of each channel, in the values that the model receives. */
  readonly pixels: {
    readonly name: string
    readonly channels: number
    readonly low: readonly number[]
    readonly high: readonly number[]
  }
}

/** What keeps 0 / 0 away where epsilon has no other meaning: in LRP-0, and in the other rules, sums and averages. */
const nearlyZero = 1e-9
const stabiliser = 1e-6

type Named = readonly [name: string, weighing: Weighing]

export function lrp(graph: Graph, options: LrpOptions): RelevanceRules {
  const { rule, gamma, alpha, pixels } = options
  const least = rule === 'zero' ? nearlyZero : stabiliser
  const first = firstLayers(graph, pixels.name)
  const rules = {
    zero: ['zero', epsilonRule],
    epsilon: ['epsilon', epsilonRule],
    gamma: ['gamma', gammaRule(gamma)],
    'alpha-beta': [`alpha ${alpha} beta ${alpha - 1}`, alphaBetaRule(alpha)],
    'z-plus': ['z-plus', zPlusRule],
    'w-square': ['w-square', wSquareRule],
    flat: ['flat', flatRule],
    box: ['z-box', boxRule((layer) => bounds(graph, layer, pixels))],
    alpha2beta1: ['alpha 2 beta 1', alphaBetaRule(2)],
  } as const satisfies Record<string, Named>
  const composites: Partial<Record<LrpRule, readonly [convolution: Named, first: Named]>> = {
    'epsilon-gamma-box': [rules.gamma, rules.box],
    'epsilon-gamma-flat': [rules.gamma, rules.flat],
    'epsilon-plus': [rules['z-plus'], rules['z-plus']],
    'epsilon-plus-flat': [rules['z-plus'], rules.flat],
    'epsilon-alpha2-beta1': [rules.alpha2beta1, rules.alpha2beta1],
    'epsilon-alpha2-beta1-flat': [rules.alpha2beta1, rules.flat],
  }
  const chosen = (node: Node): Named => {
    const composite = composites[rule]
    if (!composite) return rules[rule as keyof typeof rules]
    if (first.has(node)) return composite[1]
    return node.op.startsWith('Conv') ? composite[0] : rules.epsilon
  }
  return relevance({
    title: 'LRP',
    graph,
    epsilon: least,
    layer: (layer) => {
      const { node } = layer.at
      const [name, weighing] = chosen(node)
      const data = layer.at.wanted(0) ? 0 : 1
      return {
        rule: name,
        shares: weighing(layer, {
          unsigned: isUnsigned(graph, node.inputs[data] as string),
          rectified: isRectified(graph, node.outputs[0] as string),
        }),
        epsilon: name === 'epsilon' ? options.epsilon : least,
      }
    },
  })
}

/** The least and most that the first layer's input can be: the image's bounds sent through what lies between, whose slope may be negative. */
function bounds(graph: Graph, { at }: Weighted, pixels: LrpOptions['pixels']) {
  const { op } = at
  const entrance = at.node.inputs[at.wanted(0) ? 0 : 1] as string
  const nodes = between(graph, pixels.name, entrance)
  const through = (levels: readonly number[]): Value => {
    const image = at.value(pixels.name)
    const { dims } = at.shape(image)
    const shape = dims.map((_, axis) => (axis === pixels.channels ? levels.length : 1))
    const level = op.CastLike(at.literal(float32(shape, levels)), image)
    const made = new Map<string, Value>([[pixels.name, op.Expand(level, op.Shape(image))]])
    for (const node of nodes) {
      const inputs = node.inputs.map((name) => (name === '' ? null : (made.get(name) ?? at.value(name))))
      const outputs = op.many(node.op as 'Conv', node.outputs.length, ...inputs, node.attributes)
      node.outputs.forEach((name, i) => {
        made.set(name, outputs[i] as Value)
      })
    }
    const end = made.get(entrance) as Value
    return end.dtype === 'float16' ? op.Cast(end, { to: 1 }) : end
  }
  const [low, high] = [through(pixels.low), through(pixels.high)]
  return nodes.length === 0 ? { low, high } : { low: op.Min(low, high), high: op.Max(low, high) }
}
