/** The attention of a transformer, found by its pattern: MatMul, scale and mask, Softmax over the keys, MatMul with the values. */

import { FoveaError } from '../../error/index.ts'
import { attributesOf, type Node, producers, type Value } from '../../onnx/index.ts'
import type { ProgramView } from '../program-view.ts'
import type { ForwardFacts } from '../recipe.ts'
import { between } from './behind.ts'

export interface Attention {
  /** The value [.., tokens, tokens] that the softmax gives: queries, keys. */
  readonly probabilities: string
  readonly heads: number
}

const passing = /^(Identity|Dropout|Cast|Reshape|Transpose)$/
const scaling = /^(Mul|Div|Add|Sub|Where|Identity|Cast|Reshape|Clip)$/

/**
 * The blocks through which the score sees the layer's tokens, first to last: all attend from every token to every token.
 * @throws FoveaError FOVEA_METHOD when there are none, or some attend in windows
 */
export function attentionsOf({ graph, measured, layer, score, vision }: ForwardFacts, title: string): Attention[] {
  const tokens = layer?.arrangement.tokens ?? 0
  const makers = producers(graph)
  const found = graph.nodes.filter((node) => isAttention(node)).filter(({ outputs }) => leads(outputs[0] as string))
  const refuse = (why: string): never => {
    throw new FoveaError(
      'FOVEA_METHOD',
      `${title} follows attention from token to token, and ${why}. A CAM at a token layer does without.`,
    )
  }
  if (found.length === 0) return refuse(`${vision.name} has none (MatMul, Softmax, MatMul) that leads to the score`)
  return found.map((node) => {
    const [name = ''] = node.outputs
    const { dims = [], batch = [] } = measured.shapes.get(name) ?? {}
    const [queries, keys] = dims.slice(-2)
    const images = batch[0] ? 1 : (vision.batch ?? 1) || 1
    const heads = dims.slice(0, -2).reduce((a, b) => a * b, 1) / images
    if (queries !== keys || queries !== tokens || !Number.isInteger(heads))
      return refuse(
        `the softmax '${node.name || name}' [${dims.join(', ')}] attends among ${queries} and ${keys} tokens, not the ${tokens} of the layer '${layer?.name}'`,
      )
    return { probabilities: name, heads }
  })

  function isAttention(node: Node): boolean {
    const [name = ''] = node.outputs
    const rank = measured.shapes.get(name)?.dims.length ?? 0
    if (node.op !== 'Softmax' || rank < 3) return false
    const axis = attributesOf(node).int('axis', -1)
    return (axis === -1 || axis === rank - 1) && isProduct(node.inputs[0]) && weighs(name)
  }

  /** Whether scores come from a product of queries and keys. */
  function isProduct(name: string | undefined): boolean {
    const node = makers.get(name ?? '')
    if (!node) return false
    return node.op === 'MatMul' || (scaling.test(node.op) && node.inputs.some(isProduct))
  }

  function weighs(name: string): boolean {
    return graph.nodes.some(
      ({ op, inputs, outputs }) =>
        inputs[0] === name && (op === 'MatMul' || (passing.test(op) && weighs(outputs[0] as string))),
    )
  }

  function leads(name: string): boolean {
    return between(graph, name, score.name).length > 0
  }
}

/** [N, heads, queries, keys] of a softmax's value or gradient, whose heads may lie on the batch axis. */
export function byHeads({ op, facts }: ProgramView, value: Value, { heads }: Attention): Value {
  const tokens = facts.layer?.arrangement.tokens ?? 0
  return op.Reshape(value, [-1, heads, tokens, tokens])
}

/** The tokens from which the score is read, adding up to 1 [N, 1, T]: those whose last attention (its gradient is given) it depends on. */
export function readTokens(view: ProgramView, gradient: Value, last: Attention): Value {
  const { op } = view
  const largest = op.ReduceMax(op.Abs(byHeads(view, gradient, last)), [1, 3], { keepdims: 0 })
  const read = op.Cast(op.Greater(largest, 0), { to: 1 })
  const share = op.Div(read, op.Max(op.ReduceSum(read, [1], { keepdims: 1 }), 1))
  return op.Unsqueeze(share, [1])
}

/** The tokens [N, 1, T] that are positions, as a map [N, h, w]. */
export function mapOfTokens({ op, facts }: ProgramView, tokens: Value): Value {
  const { arrangement, height = 0, width = 0 } = facts.layer ?? {}
  const cells = op.Gather(tokens, [...(arrangement?.index ?? [])], { axis: 2 })
  return op.Reshape(cells, [-1, height, width])
}
